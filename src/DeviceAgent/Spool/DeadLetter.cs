namespace DeviceAgent.Spool;

/// <summary>A reading that can never be accepted, kept for a look.</summary>
/// <param name="Id">Its number among the dead letters, in the order in which they were set aside.</param>
/// <param name="Sequence">Its number in the spool.</param>
/// <param name="Timestamp">The reading's own timestamp.</param>
/// <param name="SetAsideAt">By the wall clock.</param>
/// <param name="Reason">Why it cannot be accepted.</param>
/// <param name="Payload">The item as JSON.</param>
internal sealed record DeadLetter(long Id, long Sequence, DateTimeOffset? Timestamp, DateTimeOffset SetAsideAt, string Reason, ReadOnlyMemory<byte> Payload);
