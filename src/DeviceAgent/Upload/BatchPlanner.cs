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
            if (TryKey(record, out var reason) is { } key) all &= TryAdd(new PendingReading(record, key));
            else _damaged.Add((record, reason));
        }

        return all;
    }

    private bool TryAdd(PendingReading pending)
    {
        var record = pending.Record;
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

    private static ReadingKey? TryKey(SpoolRecord record, out string reason)
    {
        var head = ReadingJson.TryReadHead(record.Payload.Span, out var problem);
        reason = problem ?? "the reading has no serial number";
        return head is ({ Length: > 0 } serialNumber, var own) ? new ReadingKey(serialNumber, KeyTime(record.Timestamp, own)) : null;
    }

    /// <summary>As text; nearly always it is what the reading has.</summary>
    private static string KeyTime(DateTimeOffset stored, string? own)
    {
        var text = TimestampText.Format(stored);
        if (own is null || own == text) return text;
        return ReadingTime.Restore(stored, TimestampText.TryRead(own, out var exact) ? exact : null).ToString();
    }
}
