using DeviceAgent.Settings;

namespace DeviceAgent.Spool;

/// <summary>Holds readings while the disk cannot be used: bounded, with the same rule of what is dropped.</summary>
internal sealed class MemoryRing(LiveOptions<SpoolOptions> options)
{
    /// <summary>Whatever the readings' size.</summary>
    private const long MaxBytes = 16 * 1024 * 1024;

    private readonly SortedDictionary<long, SpoolRow> _rows = [];

    public RowCounts Counts { get; } = new();

    public IReadOnlyCollection<SpoolRow> Rows => _rows.Values;

    /// <summary>
    /// Takes a reading; returns those that were dropped for it, or null when it is itself the one for which there is no room. Readings in flight
    /// to the table are passed over while there are others.
    /// </summary>
    public IReadOnlyList<SpoolRow>? TryAdd(SpoolRow row, Func<long, bool> isInFlight)
    {
        if (options.Value.WhenFull == WhenFull.RefuseNew && IsOver(1, row.Size.Bytes)) return null;
        Add(row);
        var evicted = new List<SpoolRow>();
        while (IsOver(0, 0))
        {
            var lowest = ClassCounts.LowestFirst.First(c => Counts.ByClass[c] > 0);
            var candidates = _rows.Values.Where(r => r.Class == lowest);
            var victim = candidates.FirstOrDefault(r => r.Sequence != row.Sequence && !isInFlight(r.Sequence)) ?? candidates.First();
            Remove(victim.Sequence);
            if (victim.Sequence != row.Sequence) evicted.Add(victim);
        }

        return _rows.ContainsKey(row.Sequence) ? evicted : null;
    }

    /// <summary>The row, which is no longer held; null when it was not.</summary>
    public SpoolRow? Remove(long sequence)
    {
        if (!_rows.Remove(sequence, out var row)) return null;
        Counts.Remove(row.Size);
        return row;
    }

    public bool Contains(long sequence) => _rows.ContainsKey(sequence);

    public IEnumerable<SpoolRow> Read(SpoolOrder order) =>
        (order == SpoolOrder.OldestFirst ? _rows.Values : _rows.Values.Reverse()).Where(r => r.Timestamp is not null);

    /// <summary>When the last row was taken whose time is not known; null when there is none.</summary>
    public TimeSpan? LastOfUnknownTime =>
        Counts.UnknownTime == 0 ? null : TimeSpan.FromMilliseconds(_rows.Values.Where(r => r.Timestamp is null).Max(r => r.Mono ?? 0));

    /// <summary>Gives times to rows that have none; returns how many.</summary>
    public int Resolve(Func<UnresolvedReading, ResolvedReading> resolve)
    {
        var unknown = _rows.Values.Where(r => r.Timestamp is null).ToList();
        foreach (var row in unknown)
        {
            var resolved = TimestampResolution.Of(row, resolve);
            Remove(row.Sequence);
            Add(resolved);
        }

        return unknown.Count;
    }

    /// <summary>Gives the rows new numbers from one on; returns the new number of each old one.</summary>
    public Dictionary<long, long> Renumber(long first)
    {
        var rows = _rows.Values.ToList();
        var renumbered = new Dictionary<long, long>();
        _rows.Clear();
        foreach (var row in rows)
        {
            renumbered[row.Sequence] = first;
            _rows[first] = row with { Sequence = first };
            first++;
        }

        return renumbered;
    }

    private void Add(SpoolRow row)
    {
        _rows[row.Sequence] = row;
        Counts.Add(row.Size);
    }

    private bool IsOver(int readings, long bytes) => Counts.Count + readings > options.Value.MemoryReadings || Counts.Bytes + bytes > MaxBytes;
}

/// <summary>
/// Gives readings their numbers. While the file's numbers are not known, because it could not be opened yet, they are provisional
/// (from 2^62) and mapped to real ones afterwards.
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

    /// <summary>Readings have got other numbers.</summary>
    public void Move(IReadOnlyCollection<long> sequences, long offset)
    {
        if (offset == 0) return;
        var moved = sequences.ToHashSet();
        foreach (var (old, current) in _renumbered.Where(r => moved.Contains(r.Value)).ToList()) _renumbered[old] = current + offset;
        foreach (var sequence in moved) _renumbered[sequence] = sequence + offset;
    }

    public IReadOnlySet<long>? Current(IReadOnlySet<long>? sequences) =>
        sequences is null || _renumbered.Count == 0 ? sequences : sequences.Select(Current).ToHashSet();

    /// <summary>The file's next number is known: what is in memory comes behind it.</summary>
    public void Rebase(long next, MemoryRing ring)
    {
        var first = ring.Rows.FirstOrDefault()?.Sequence ?? Next;
        if (Next < FirstProvisional && first >= next) return;
        var changed = ring.Renumber(next);
        foreach (var (old, current) in _renumbered.ToList()) _renumbered[old] = changed.GetValueOrDefault(current, current);
        foreach (var (old, current) in changed) _renumbered[old] = current;
        Next = next + changed.Count;
    }
}
