namespace DeviceAgent.Spool;

/// <summary>Keeps the stored readings within the quota: acknowledged rows go first, then what the options say. Within the caller's transaction.</summary>
internal sealed class SheddingRule(ReadingTable readings, Tally tally, long quota, Func<WhenFull> whenFull)
{
    /// <summary>No row of the class lies before this one; rows are only ever added at the end.</summary>
    private readonly Dictionary<SpoolClass, long> _oldest = [];

    private readonly Dictionary<SpoolClass, long> _newOldest = [];
    private Func<long, bool> _isUnderWay = _ => false;
    private Tally _change = new();

    public long Quota => quota;

    /// <summary>
    /// Stores the rows in order, with room made for them, and <paramref name="extra"/> bytes more. Rows that are under way to the table are passed over while
    /// there are others of the class: they may be in the table already.
    /// </summary>
    public InsertResult Insert(IReadOnlyList<SpoolRow> rows, IReadOnlyCollection<long> acknowledged, Func<long, bool> isUnderWay, long extra)
    {
        _isUnderWay = isUnderWay;
        _change = new Tally();
        _newOldest.Clear();
        var over = tally.Bytes + rows.Sum(r => r.Weight.Bytes) + extra - quota;
        var deleteAcknowledged = over > 0 && acknowledged.Count > 0;
        if (deleteAcknowledged) over -= DeleteAcknowledged(acknowledged);

        var shed = new Tally();
        var refused = whenFull() == WhenFull.RefuseNew ? RefuseNew(rows, over) : DropOldest(rows, over, shed);
        foreach (var row in rows)
        {
            if (refused.Contains(row.Sequence)) continue;
            readings.Insert(row);
            _change.Add(row.Weight);
        }

        return new InsertResult(refused, shed, deleteAcknowledged);
    }

    /// <summary>Call it when the transaction is on the medium.</summary>
    public void Committed()
    {
        tally.Add(_change);
        foreach (var (@class, sequence) in _newOldest) _oldest[@class] = sequence;
        _change = new Tally();
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
            over -= row.Weight.Bytes;
        }

        return refused;
    }

    private HashSet<long> DropOldest(IReadOnlyList<SpoolRow> rows, long over, Tally shed)
    {
        var refused = new HashSet<long>();
        foreach (var @class in Tally.LowestFirst)
        {
            if (over <= 0) break;
            over -= DropStored(@class, over, shed);
            foreach (var row in rows.Where(r => r.Class == @class))
            {
                if (over <= 0) break;
                refused.Add(row.Sequence);
                over -= row.Weight.Bytes;
            }
        }

        return refused;
    }

    private long DropStored(SpoolClass @class, long over, Tally shed)
    {
        if (tally.CountOf(@class) + _change.CountOf(@class) == 0) return 0;
        var victims = new List<(long Sequence, RowWeight Weight)>();
        var spared = new List<(long Sequence, RowWeight Weight)>();
        var bytes = 0L;
        foreach (var row in readings.OldestOf(@class, _oldest.GetValueOrDefault(@class, long.MinValue)))
        {
            if (bytes >= over)
            {
                _newOldest[@class] = spared.Count > 0 ? spared[0].Sequence : row.Sequence;
                break;
            }

            if (_isUnderWay(row.Sequence))
            {
                spared.Add(row);
                continue;
            }

            victims.Add(row);
            bytes += row.Weight.Bytes;
        }

        foreach (var row in spared.TakeWhile(_ => bytes < over))
        {
            victims.Add(row);
            bytes += row.Weight.Bytes;
        }

        foreach (var (sequence, weight) in victims)
        {
            readings.Delete(sequence);
            shed.Add(weight);
            _change.Remove(weight);
        }

        return bytes;
    }
}
