namespace DeviceAgent.Spool;

/// <summary>What is put into the spool.</summary>
/// <param name="Class">How much it matters.</param>
/// <param name="Timestamp">The reading's own timestamp.</param>
/// <param name="IsLive">True when the timestamp is the agent's own, taken just now.</param>
/// <param name="Payload">The item as JSON.</param>
internal sealed record SpoolEntry(SpoolClass Class, DateTimeOffset Timestamp, bool IsLive, ReadOnlyMemory<byte> Payload);
