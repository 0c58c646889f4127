namespace DeviceAgent.Hosting;

/// <summary>What came of a check.</summary>
/// <param name="Options">What would be in force.</param>
/// <param name="Errors">What is wrong, by key; empty when all can be applied.</param>
internal sealed record VerifiedSettings(AgentOptions Options, IReadOnlyDictionary<string, string> Errors)
{
    public bool IsGood => Errors.Count == 0;

    /// <summary>All that is wrong, in one line.</summary>
    public string Reason => string.Join("; ", Errors.Values);
}
