namespace DeviceAgent.Credentials;

/// <summary>The device's certificate, key or chain cannot be used. Every problem found is listed, not only the first.</summary>
public sealed class DeviceIdentityException : Exception
{
    /// <summary>Makes the exception from everything that was found.</summary>
    public DeviceIdentityException(IReadOnlyList<DeviceIdentityProblem> problems)
        : base(Describe(problems)) => Problems = problems;

    /// <summary>At least one problem, in the order certificate, private key, chain.</summary>
    public IReadOnlyList<DeviceIdentityProblem> Problems { get; }

    private static string Describe(IReadOnlyList<DeviceIdentityProblem> problems)
    {
        ArgumentNullException.ThrowIfNull(problems);
        return $"The device's identity cannot be used: {string.Join(" | ", problems)}";
    }
}
