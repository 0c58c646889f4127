namespace DeviceAgent.Testbed.Faults;

/// <summary>Why settings were not taken; all reasons together.</summary>
internal sealed record FaultProblems(IReadOnlyList<string> Errors);
