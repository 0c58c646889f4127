namespace DeviceAgent.Spool;

/// <summary>What is taken out of the spool.</summary>
/// <param name="Sequence">The order in which records were put in.</param>
/// <param name="Class">How much it matters.</param>
/// <param name="Timestamp">The reading's own timestamp.</param>
/// <param name="Age">How long a live reading has waited; null where that is not known (recorded, or from an earlier boot).</param>
/// <param name="Payload">The item as JSON.</param>
/// <param name="IsSound">False when the stored checksum does not match: the medium changed the row.</param>
internal sealed record SpoolRecord(long Sequence, SpoolClass Class, DateTimeOffset Timestamp, TimeSpan? Age, ReadOnlyMemory<byte> Payload, bool IsSound);
