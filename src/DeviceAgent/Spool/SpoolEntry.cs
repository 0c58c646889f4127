namespace DeviceAgent.Spool;

/// <summary>What is put into the spool.</summary>
/// <param name="Class">How much it matters.</param>
/// <param name="Timestamp">The reading's own timestamp, which overrules one in the payload; null while the time is not known (live readings only).</param>
/// <param name="IsLive">True when the reading was taken just now: boot id and monotonic time are stored with it.</param>
/// <param name="Payload">The item as JSON.</param>
internal sealed record SpoolEntry(SpoolClass Class, DateTimeOffset? Timestamp, bool IsLive, ReadOnlyMemory<byte> Payload);
