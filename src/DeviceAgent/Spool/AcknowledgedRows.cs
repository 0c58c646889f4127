namespace DeviceAgent.Spool;

/// <summary>
/// Rows that were accepted and are not yet deleted. They are deleted in groups; should a power cut come first, they are sent again
/// and write the same items.
/// </summary>
internal sealed class AcknowledgedRows(TimeProvider time)
{
    private const int GroupSize = 500;

    /// <summary>Large ones earlier: looking past them is to cost little.</summary>
    private const int GroupBytes = 256 * 1024;

    private static readonly TimeSpan GroupDelay = TimeSpan.FromSeconds(60);

    private readonly Dictionary<long, RowSize> _rows = [];
    private long _opened;

    public IReadOnlyCollection<long> Sequences => _rows.Keys;

    /// <summary>Worth being deleted on the way when something is written anyhow: half of what makes them due.</summary>
    public bool IsWorthwhile => _rows.Count >= GroupSize / 2 || Counts.Bytes >= GroupBytes / 2 || (_rows.Count > 0 && time.GetElapsedTime(_opened) >= GroupDelay / 2);

    public RowCounts Counts { get; } = new();

    public bool Contains(long sequence) => _rows.ContainsKey(sequence);

    public void Add(long sequence, RowSize size)
    {
        if (_rows.Count == 0) _opened = time.GetTimestamp();
        if (_rows.TryAdd(sequence, size)) Counts.Add(size);
    }

    /// <summary>The row is not in the file any more.</summary>
    public RowSize Remove(long sequence)
    {
        if (_rows.Remove(sequence, out var size)) Counts.Remove(size);
        return size;
    }

    public void Clear()
    {
        _rows.Clear();
        Counts.Add(Counts, -1);
    }

    /// <summary>How long until they must be deleted; null when there are none.</summary>
    public TimeSpan? DueIn()
    {
        if (_rows.Count == 0) return null;
        if (_rows.Count >= GroupSize || Counts.Bytes >= GroupBytes) return TimeSpan.Zero;
        var left = GroupDelay - time.GetElapsedTime(_opened);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }
}
