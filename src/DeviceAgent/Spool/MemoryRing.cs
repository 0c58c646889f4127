using DeviceAgent.Settings;

namespace DeviceAgent.Spool;

/// <summary>Holds readings while the disk cannot be used: bounded, with the same rule of what is given up.</summary>
internal sealed class MemoryRing(LiveOptions<SpoolOptions> options)
{
    /// <summary>Whatever the readings' size.</summary>
    private const long MaxBytes = 16 * 1024 * 1024;

    private readonly SortedDictionary<long, SpoolRow> _rows = [];

    public Tally Tally { get; } = new();

    public IReadOnlyCollection<SpoolRow> Rows => _rows.Values;

    /// <summary>
    /// Takes a reading; returns those that were given up for it, or null when it is itself the one for which there is no room. Readings that are under way
    /// to the table are passed over while there are others.
    /// </summary>
    public IReadOnlyList<SpoolRow>? TryAdd(SpoolRow row, Func<long, bool> isUnderWay)
    {
        if (options.Value.WhenFull == WhenFull.RefuseNew && IsOver(1, row.Weight.Bytes)) return null;
        Add(row);
        var shed = new List<SpoolRow>();
        while (IsOver(0, 0))
        {
            var lowest = Tally.LowestFirst.First(c => this.Tally.CountOf(c) > 0);
            var candidates = _rows.Values.Where(r => r.Class == lowest);
            var victim = candidates.FirstOrDefault(r => r.Sequence != row.Sequence && !isUnderWay(r.Sequence)) ?? candidates.First();
            Remove(victim.Sequence);
            if (victim.Sequence != row.Sequence) shed.Add(victim);
        }

        return _rows.ContainsKey(row.Sequence) ? shed : null;
    }

    /// <summary>The row, which is no longer held; null when it was not.</summary>
    public SpoolRow? Remove(long sequence)
    {
        if (!_rows.Remove(sequence, out var row)) return null;
        Tally.Remove(row.Weight);
        return row;
    }

    public bool Contains(long sequence) => _rows.ContainsKey(sequence);

    public IEnumerable<SpoolRow> Read(SpoolOrder order) =>
        (order == SpoolOrder.OldestFirst ? _rows.Values : _rows.Values.Reverse()).Where(r => r.Timestamp is not null);

    /// <summary>When the last row was taken whose time is not known; null when there is none.</summary>
    public TimeSpan? LastOfUnknownTime =>
        Tally.UnknownTime == 0 ? null : TimeSpan.FromMilliseconds(_rows.Values.Where(r => r.Timestamp is null).Max(r => r.Mono ?? 0));

    /// <summary>Gives times to rows that have none; returns how many.</summary>
    public int Resolve(Func<UnresolvedReading, ResolvedReading> resolve)
    {
        var unknown = _rows.Values.Where(r => r.Timestamp is null).ToList();
        foreach (var row in unknown)
        {
            var resolved = TimeResolution.Of(row, resolve);
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
        Tally.Add(row.Weight);
    }

    private bool IsOver(int readings, long bytes) => Tally.Count + readings > options.Value.MemoryReadings || Tally.Bytes + bytes > MaxBytes;
}
