namespace DeviceAgent.Spool;

/// <summary>How much a reading matters. The numbers are stored; the lowest is dropped first.</summary>
internal enum SpoolClass
{
    /// <summary>Committed with its group; the first to be dropped.</summary>
    Low = -1,

    /// <summary>Committed with its group.</summary>
    Normal = 0,

    /// <summary>Committed at once.</summary>
    Critical = 1,
}

/// <summary>What is put into the spool.</summary>
/// <param name="Class">How much it matters.</param>
/// <param name="Timestamp">The reading's own timestamp, which overrules one in the payload; null while the time is not known (live readings only).</param>
/// <param name="IsLive">True when the reading was taken just now: boot id and monotonic time are stored with it.</param>
/// <param name="Payload">The item as JSON.</param>
/// <param name="IsAwaited">Somebody does nothing else until it is committed: that is soon.</param>
internal sealed record SpoolEntry(SpoolClass Class, DateTimeOffset? Timestamp, bool IsLive, ReadOnlyMemory<byte> Payload, bool IsAwaited = false);

/// <summary>Where an appended reading is.</summary>
internal enum AppendResult
{
    /// <summary>On the medium: it survives a power cut.</summary>
    Durable,

    /// <summary>In memory, because the disk cannot be used now; it goes to the disk as soon as that can be used again.</summary>
    MemoryOnly,
}

/// <summary>Which end of the spool is looked at.</summary>
internal enum SpoolOrder
{
    OldestFirst,
    NewestFirst,
}

/// <summary>What to look for in the spool.</summary>
/// <param name="Max">At most so many records.</param>
/// <param name="Order">From which end.</param>
/// <param name="Except">Sequences to leave out: those in flight to the table. When it is given, what is found counts as in flight too.</param>
/// <param name="After">Only records behind this sequence: to go through all of them, page by page.</param>
/// <param name="CriticalFirst">The critical ones before all others.</param>
internal sealed record SpoolQuery(int Max, SpoolOrder Order = SpoolOrder.OldestFirst, IReadOnlySet<long>? Except = null, long After = 0, bool CriticalFirst = false);

/// <summary>What is taken out of the spool.</summary>
/// <param name="Sequence">The order in which records were put in.</param>
/// <param name="Class">How much it matters.</param>
/// <param name="Timestamp">The reading's own timestamp.</param>
/// <param name="Age">How long a live reading has waited; null where that is not known (recorded, or from an earlier boot).</param>
/// <param name="Payload">The item as JSON.</param>
internal sealed record SpoolRecord(long Sequence, SpoolClass Class, DateTimeOffset Timestamp, TimeSpan? Age, ReadOnlyMemory<byte> Payload);

/// <summary>A reading that can never be accepted, kept for a look.</summary>
/// <param name="Id">Its number among the dead letters, in the order in which they came.</param>
/// <param name="Sequence">Its number in the spool.</param>
/// <param name="Timestamp">The reading's own timestamp.</param>
/// <param name="MovedAt">When it became a dead letter, by the wall clock.</param>
/// <param name="Reason">Why it cannot be accepted.</param>
/// <param name="Payload">The item as JSON.</param>
internal sealed record DeadLetter(long Id, long Sequence, DateTimeOffset? Timestamp, DateTimeOffset MovedAt, string Reason, ReadOnlyMemory<byte> Payload);
