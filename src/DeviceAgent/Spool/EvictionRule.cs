using DeviceAgent.Diagnostics;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Spool;

/// <summary>Keeps the stored readings within the quota: acknowledged rows go first, then what the options say. Within the caller's transaction.</summary>
internal sealed class EvictionRule(BlockTable readings, RowCounts tally, long quota, Func<WhenFull> whenFull)
{
    /// <summary>No row of the class lies before this one; rows are only ever added at the end.</summary>
    private readonly Dictionary<SpoolClass, long> _oldest = [];

    private readonly Dictionary<SpoolClass, long> _newOldest = [];
    private Func<long, bool> _isInFlight = _ => false;
    private RowCounts _change = new();

    public long Quota => quota;

    /// <summary>
    /// Stores the rows in order, with room made for them, and <paramref name="extra"/> bytes more. Rows in flight to the table are passed over while
    /// there are others of the class: they may be in the table already.
    /// </summary>
    public InsertResult Insert(IReadOnlyList<SpoolRow> rows, AcknowledgedRows acknowledged, Func<long, bool> isInFlight, long extra)
    {
        _isInFlight = isInFlight;
        _change = new RowCounts();
        _newOldest.Clear();
        var over = tally.Bytes + rows.Sum(r => r.Size.Bytes) + extra - quota;
        var deleteAcknowledged = acknowledged.IsWorthwhile || (over > 0 && acknowledged.Sequences.Count > 0);
        if (deleteAcknowledged) over -= DeleteAcknowledged(acknowledged.Sequences);

        var evicted = new RowCounts();
        var refused = whenFull() == WhenFull.RefuseNew ? RefuseNew(rows, over) : DropOldest(rows, over, evicted);
        IReadOnlyList<SpoolRow> taken = refused.Count == 0 ? rows : [.. rows.Where(r => !refused.Contains(r.Sequence))];
        readings.Insert(taken);
        foreach (var row in taken) _change.Add(row.Size);
        return new InsertResult(refused, evicted, deleteAcknowledged);
    }

    /// <summary>Call it when the transaction is on the medium.</summary>
    public void Committed()
    {
        tally.Add(_change);
        foreach (var (@class, sequence) in _newOldest) _oldest[@class] = sequence;
        _change = new RowCounts();
        _newOldest.Clear();
    }

    private long DeleteAcknowledged(IReadOnlyCollection<long> acknowledged)
    {
        var deleted = readings.Delete(acknowledged);
        _change.Add(deleted, -1);
        return deleted.Bytes;
    }

    private static HashSet<long> RefuseNew(IReadOnlyList<SpoolRow> rows, long over)
    {
        var refused = new HashSet<long>();
        foreach (var row in rows.Reverse().TakeWhile(_ => over > 0))
        {
            refused.Add(row.Sequence);
            over -= row.Size.Bytes;
        }

        return refused;
    }

    private HashSet<long> DropOldest(IReadOnlyList<SpoolRow> rows, long over, RowCounts evicted)
    {
        var refused = new HashSet<long>();
        foreach (var @class in ClassCounts.LowestFirst)
        {
            if (over <= 0) break;
            over -= DropStored(@class, over, evicted);
            foreach (var row in rows.Where(r => r.Class == @class))
            {
                if (over <= 0) break;
                refused.Add(row.Sequence);
                over -= row.Size.Bytes;
            }
        }

        return refused;
    }

    private long DropStored(SpoolClass @class, long over, RowCounts evicted)
    {
        var stored = tally.ByClass[@class] + _change.ByClass[@class];
        if (stored == 0) return 0;
        var victims = new List<(long Sequence, RowSize Size)>();
        var spared = new List<(long Sequence, RowSize Size)>();
        var bytes = 0L;
        foreach (var row in readings.OldestOf(@class, _oldest.GetValueOrDefault(@class, long.MinValue)))
        {
            if (bytes >= over)
            {
                _newOldest[@class] = spared.Count > 0 ? spared[0].Sequence : row.Sequence;
                break;
            }

            if (_isInFlight(row.Sequence))
            {
                spared.Add(row);
            }
            else
            {
                victims.Add(row);
                bytes += row.Size.Bytes;
            }

            // There are no more: the rest of the table need not be searched.
            if (victims.Count + spared.Count < stored) continue;
            _newOldest[@class] = spared.Count > 0 ? spared[0].Sequence : row.Sequence;
            break;
        }

        foreach (var row in spared.TakeWhile(_ => bytes < over))
        {
            victims.Add(row);
            bytes += row.Size.Bytes;
        }

        var deleted = readings.Delete(victims.Select(v => v.Sequence));
        evicted.Add(deleted);
        _change.Add(deleted, -1);
        return bytes;
    }
}

/// <summary>What became of readings that were to be stored.</summary>
/// <param name="Refused">Those for which there was no room; the others are stored.</param>
/// <param name="Evicted">Stored readings that gave way.</param>
/// <param name="AcknowledgedDeleted">True when the acknowledged rows were deleted on the way.</param>
internal sealed record InsertResult(IReadOnlySet<long> Refused, RowCounts Evicted, bool AcknowledgedDeleted);

/// <summary>Counts what was evicted, and logs it once a minute at most.</summary>
internal sealed class EvictionReport(AgentMetrics metrics, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(1);

    private RowCounts _unreported = new();
    private long? _reported;

    /// <summary>Since the start.</summary>
    public RowCounts Total { get; } = new();

    public void Note(RowCounts evicted)
    {
        if (evicted.Count == 0) return;
        Total.Add(evicted);
        _unreported.Add(evicted);
        foreach (var @class in ClassCounts.LowestFirst)
        {
            if (evicted.ByClass[@class] is > 0 and var count) metrics.Evicted.Add(count, new KeyValuePair<string, object?>(AgentMetrics.ClassTag, NameOf(@class)));
        }
    }

    public void Note(IReadOnlyCollection<SpoolRow> evicted)
    {
        if (evicted.Count == 0) return;
        var tally = new RowCounts();
        foreach (var row in evicted) tally.Add(row.Size);
        Note(tally);
    }

    /// <summary>How long until there is something to say; null when there is nothing.</summary>
    public TimeSpan? DueIn()
    {
        if (_unreported.Count == 0) return null;
        if (_reported is not { } last) return TimeSpan.Zero;
        var left = Period - time.GetElapsedTime(last);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    public void Report()
    {
        if (_unreported.Count == 0) return;
        logger.ReadingsEvicted(_unreported.ByClass[SpoolClass.Low], _unreported.ByClass[SpoolClass.Normal], _unreported.ByClass[SpoolClass.Critical]);
        _unreported = new RowCounts();
        _reported = time.GetTimestamp();
    }

    private static string NameOf(SpoolClass @class) => @class switch
    {
        SpoolClass.Low => "low",
        SpoolClass.Critical => "critical",
        _ => "normal",
    };
}
