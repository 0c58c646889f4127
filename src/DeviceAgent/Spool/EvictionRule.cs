using DeviceAgent.Diagnostics;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Spool;

/// <summary>Keeps the stored readings within the quota: acknowledged rows go first, then what the options say. Within the caller's transaction.</summary>
internal sealed class EvictionRule(ReadingTable readings, RowCounts tally, long quota, Func<WhenFull> whenFull)
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
    public InsertResult Insert(IReadOnlyList<SpoolRow> rows, IReadOnlyCollection<long> acknowledged, Func<long, bool> isInFlight, long extra)
    {
        _isInFlight = isInFlight;
        _change = new RowCounts();
        _newOldest.Clear();
        var over = tally.Bytes + rows.Sum(r => r.Size.Bytes) + extra - quota;
        var deleteAcknowledged = over > 0 && acknowledged.Count > 0;
        if (deleteAcknowledged) over -= DeleteAcknowledged(acknowledged);

        var evicted = new RowCounts();
        var refused = whenFull() == WhenFull.RefuseNew ? RefuseNew(rows, over) : DropOldest(rows, over, evicted);
        foreach (var row in rows)
        {
            if (refused.Contains(row.Sequence)) continue;
            readings.Insert(row);
            _change.Add(row.Size);
        }

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
        var bytes = 0L;
        foreach (var sequence in acknowledged)
        {
            if (readings.Delete(sequence) is not { } gone) continue;
            _change.Remove(gone);
            bytes += gone.Bytes;
        }

        return bytes;
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
        foreach (var @class in RowCounts.LowestFirst)
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
        if (tally.CountOf(@class) + _change.CountOf(@class) == 0) return 0;
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
                continue;
            }

            victims.Add(row);
            bytes += row.Size.Bytes;
        }

        foreach (var row in spared.TakeWhile(_ => bytes < over))
        {
            victims.Add(row);
            bytes += row.Size.Bytes;
        }

        foreach (var (sequence, size) in victims)
        {
            readings.Delete(sequence);
            evicted.Add(size);
            _change.Remove(size);
        }

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
        foreach (var (@class, count) in evicted.ByClass())
        {
            if (count > 0) metrics.Evicted.Add(count, new KeyValuePair<string, object?>(AgentMetrics.ClassTag, NameOf(@class)));
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
        logger.ReadingsEvicted(_unreported.CountOf(SpoolClass.Low), _unreported.CountOf(SpoolClass.Normal), _unreported.CountOf(SpoolClass.Critical));
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
