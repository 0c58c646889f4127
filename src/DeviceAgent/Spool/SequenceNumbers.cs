namespace DeviceAgent.Spool;

/// <summary>
/// Gives readings their numbers. While the file's numbers are not known, because it could not be opened yet, they are provisional and
/// behind all others; who still holds such a number is understood later on.
/// </summary>
internal sealed class SequenceNumbers
{
    private const long FirstProvisional = 1L << 62;

    private readonly Dictionary<long, long> _renumbered = [];

    public long Next { get; private set; } = FirstProvisional;

    public long Take() => Next++;

    /// <summary>Numbers below this were given elsewhere.</summary>
    public void Advance(long next) => Next = Math.Max(Next, next);

    public long Current(long sequence) => _renumbered.GetValueOrDefault(sequence, sequence);

    public IReadOnlySet<long>? Current(IReadOnlySet<long>? sequences) =>
        sequences is null || _renumbered.Count == 0 ? sequences : sequences.Select(Current).ToHashSet();

    /// <summary>The file's next number is known: what is in memory comes behind it.</summary>
    public void Meet(long next, MemoryRing ring)
    {
        var first = ring.Rows.FirstOrDefault()?.Sequence ?? Next;
        if (Next < FirstProvisional && first >= next) return;
        var changed = ring.Renumber(next);
        foreach (var (old, current) in _renumbered.ToList()) _renumbered[old] = changed.GetValueOrDefault(current, current);
        foreach (var (old, current) in changed) _renumbered[old] = current;
        Next = next + changed.Count;
    }
}
