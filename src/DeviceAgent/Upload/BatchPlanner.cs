using DeviceAgent.Readings;
using DeviceAgent.Settings;
using DeviceAgent.Spool;

namespace DeviceAgent.Upload;

/// <summary>Takes the next batch from what is in the spool and not in flight.</summary>
internal sealed class BatchPlanner(ISpool spool, RequestLimits limits, LiveOptions<UploadOptions> live)
{
    /// <summary>How often it is looked further where records must be held back.</summary>
    private const int Looks = 4;

    /// <summary>The most readings in a batch.</summary>
    public int Size => Math.Min(live.Value.BatchSize, limits.MaxReadings);

    public async Task<Batch> NextAsync(InFlightBatches inFlight, CancellationToken cancellationToken)
    {
        var (options, size) = (live.Value, Size);
        var batch = new Batch(limits, size, inFlight.Keys);
        var except = inFlight.Sequences();
        for (var look = 0; look < Looks; look++)
        {
            var records = await spool.PeekAsync(new SpoolQuery(size, options.Order, except, CriticalFirst: true), cancellationToken).ConfigureAwait(false);
            if (batch.Add(records) || batch.IsFull || records.Count < size) break;
            except = [.. except, .. records.Select(r => r.Sequence)];
        }

        return batch;
    }
}

/// <summary>
/// What goes into one request: records in the order in which they are offered, each key once and none that is in flight in another
/// request, so that no write can be overtaken by an earlier one of the same key.
/// </summary>
/// <param name="limits">What fits into one request.</param>
/// <param name="size">The most readings, as far as the limits allow.</param>
/// <param name="keysUnderWay">Keys that are held back.</param>
internal sealed class Batch(RequestLimits limits, int size, IReadOnlySet<ReadingKey> keysUnderWay)
{
    private readonly int _size = Math.Min(size, limits.MaxReadings);
    private readonly List<PendingReading> _items = new(size);
    private readonly List<(SpoolRecord Record, string Reason)> _damaged = [];
    private readonly Dictionary<ReadingKey, int> _places = new(size);
    private int _bytes;

    /// <summary>To be sent.</summary>
    public IReadOnlyList<PendingReading> Items => _items;

    /// <summary>Records that cannot be read back, each with the reason.</summary>
    public IReadOnlyList<(SpoolRecord Record, string Reason)> Damaged => _damaged;

    /// <summary>No more go in.</summary>
    public bool IsFull { get; private set; }

    /// <summary>False when at least one of the records is held back.</summary>
    public bool Add(IReadOnlyList<SpoolRecord> records)
    {
        var all = true;
        foreach (var record in records)
        {
            if (IsFull) break;
            if (TryRestore(record, out var reason) is { } reading) all &= TryAdd(record, reading);
            else _damaged.Add((record, reason));
        }

        return all;
    }

    private bool TryAdd(SpoolRecord record, Reading reading)
    {
        var pending = new PendingReading(record, reading);
        if (keysUnderWay.Contains(pending.Key)) return false;
        if (_places.TryGetValue(pending.Key, out var place))
        {
            // Offered newest first: the earlier one is written before the later one all the same.
            if (record.Sequence < _items[place].Record.Sequence) _items[place] = pending;
            return false;
        }

        var bytes = limits.BytesOf(record);
        IsFull = _items.Count > 0 && _bytes + bytes > limits.TargetBytes;
        if (IsFull) return true;
        _places.Add(pending.Key, _items.Count);
        _items.Add(pending);
        _bytes += bytes;
        IsFull = _items.Count == _size;
        return true;
    }

    private static Reading? TryRestore(SpoolRecord record, out string reason)
    {
        reason = "the checksum does not match: the medium changed the row";
        if (!record.IsSound) return null;
        var sample = ReadingJson.TryRead(record.Payload, out var problem);
        reason = problem ?? "the reading has no serial number";
        return sample?.SerialNumber is { Length: > 0 } serialNumber ? new Reading(serialNumber, record.Timestamp, sample.Attributes) : null;
    }
}
