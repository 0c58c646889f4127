namespace DeviceAgent.Spool;

/// <summary>What to look for in the spool.</summary>
/// <param name="Max">At most so many records.</param>
/// <param name="Order">From which end.</param>
/// <param name="Except">Sequences to leave out: those that are under way.</param>
internal sealed record SpoolQuery(int Max, SpoolOrder Order = SpoolOrder.OldestFirst, IReadOnlySet<long>? Except = null);
