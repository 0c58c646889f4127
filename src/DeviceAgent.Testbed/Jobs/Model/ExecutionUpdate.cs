namespace DeviceAgent.Testbed.Jobs.Model;

/// <summary>What a device reports about an execution.</summary>
/// <param name="Status">Its new state.</param>
/// <param name="Details">Null leaves the old ones.</param>
/// <param name="StepTimeoutMinutes">A new step timer; -1 stops it, null leaves it.</param>
/// <param name="ExpectedVersion">Change nothing unless the execution has this version.</param>
/// <param name="Number">Which execution; null is the last.</param>
internal sealed record ExecutionUpdate(string Status, IReadOnlyDictionary<string, string>? Details, long? StepTimeoutMinutes, long? ExpectedVersion, long? Number);
