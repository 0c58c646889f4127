namespace DeviceAgent.Spool;

/// <summary>What to look for in the spool.</summary>
/// <param name="Max">At most so many records.</param>
/// <param name="Order">From which end.</param>
/// <param name="Except">Sequences to leave out: those that are under way to the table. When it is given, what is found counts as under way too.</param>
/// <param name="After">Only records behind this sequence: to go through all of them, page by page.</param>
/// <param name="CriticalFirst">The critical ones before all others.</param>
internal sealed record SpoolQuery(int Max, SpoolOrder Order = SpoolOrder.OldestFirst, IReadOnlySet<long>? Except = null, long After = 0, bool CriticalFirst = false);
