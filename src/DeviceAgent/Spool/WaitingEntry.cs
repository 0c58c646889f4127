namespace DeviceAgent.Spool;

/// <summary>An entry that waits for its commit.</summary>
/// <param name="Entry">What was put in.</param>
/// <param name="Mono">When, in ms of the monotonic clock.</param>
internal readonly record struct WaitingEntry(SpoolEntry Entry, long Mono);
