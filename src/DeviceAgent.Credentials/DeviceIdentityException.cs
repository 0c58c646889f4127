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

/// <summary>One thing that is wrong with the device's certificate, key or chain.</summary>
/// <param name="Subject">What it is about: a path, or the certificate's subject.</param>
/// <param name="What">What is wrong, e.g. <c>the file does not exist</c>.</param>
/// <param name="Remedy">What to do about it, with the concrete command where there is one.</param>
public sealed record DeviceIdentityProblem(string Subject, string What, string Remedy)
{
    /// <summary>One line: subject, what, remedy.</summary>
    public override string ToString() => $"{Subject}: {What}. {Remedy}";
}
