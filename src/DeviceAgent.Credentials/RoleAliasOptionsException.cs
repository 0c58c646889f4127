namespace DeviceAgent.Credentials;

/// <summary>The options cannot be used. Every problem found is listed, not only the first.</summary>
public sealed class RoleAliasOptionsException : Exception
{
    /// <summary>Makes the exception from everything that was found.</summary>
    public RoleAliasOptionsException(IReadOnlyList<OptionProblem> problems)
        : base(Describe(problems)) => Problems = problems;

    /// <summary>At least one problem.</summary>
    public IReadOnlyList<OptionProblem> Problems { get; }

    private static string Describe(IReadOnlyList<OptionProblem> problems)
    {
        ArgumentNullException.ThrowIfNull(problems);
        return $"The role alias options cannot be used: {string.Join(" | ", problems)}";
    }
}
