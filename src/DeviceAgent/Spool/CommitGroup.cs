using DeviceAgent.Clock;
using DeviceAgent.Settings;

namespace DeviceAgent.Spool;

/// <summary>Readings that wait for their common commit.</summary>
internal sealed class CommitGroup(LiveOptions<SpoolOptions> options, BootClock clock)
{
    /// <summary>The longest wait of an entry that is awaited: long enough for those of other clients to come along.</summary>
    public static readonly TimeSpan AwaitedDelay = TimeSpan.FromMilliseconds(50);

    private List<WaitingEntry> _entries = [];
    private long _bytes;
    private bool _critical;
    private long _opened;
    private long? _awaitedSince;

    /// <param name="entry">What was put in.</param>
    /// <param name="taken">When, in ms of the monotonic clock.</param>
    /// <param name="stored">Who waits.</param>
    public void Add(SpoolEntry entry, long taken, TaskCompletionSource<AppendResult> stored)
    {
        if (_entries.Count == 0) _opened = clock.Time.GetTimestamp();
        _entries.Add(new WaitingEntry(entry, taken, stored));
        _bytes += entry.Payload.Length;
        _critical |= entry.Class == SpoolClass.Critical;
        if (entry.IsAwaited) _awaitedSince ??= clock.Time.GetTimestamp();
    }

    /// <summary>However many more wait.</summary>
    public bool HasEnoughBytes => _bytes >= options.Value.GroupCommitBytes;

    /// <summary>How long until the group must be committed: zero when it must be now, null when it is empty.</summary>
    public TimeSpan? DueIn()
    {
        if (_entries.Count == 0) return null;
        if (_critical || _entries.Count >= options.Value.GroupCommitReadings || HasEnoughBytes) return TimeSpan.Zero;
        var left = options.Value.GroupCommitDelay - clock.Time.GetElapsedTime(_opened);
        if (_awaitedSince is { } since && AwaitedDelay - clock.Time.GetElapsedTime(since) is var awaited && awaited < left) left = awaited;
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    /// <summary>Those that wait; a new group is started.</summary>
    public IReadOnlyList<WaitingEntry> Take()
    {
        var entries = _entries;
        (_entries, _bytes, _critical, _awaitedSince) = ([], 0, false, null);
        return entries;
    }
}

/// <summary>An entry that waits for its commit.</summary>
/// <param name="entry">What was put in.</param>
/// <param name="mono">When, in ms of the monotonic clock.</param>
/// <param name="stored">Told how it went.</param>
internal sealed class WaitingEntry(SpoolEntry entry, long mono, TaskCompletionSource<AppendResult> stored)
{
    /// <summary>Where the reading is; null until it was stored.</summary>
    public AppendResult? Result { get; set; }

    /// <summary>Why there was no room for it.</summary>
    public SpoolException? Refusal { get; set; }

    public SpoolRow ToRow(long sequence, string bootId) =>
        new(sequence, entry.Class, entry.Timestamp?.ToUnixTimeMilliseconds(), bootId, entry.IsLive ? mono : null, entry.Payload);

    /// <summary>Tells who waits.</summary>
    public void Tell()
    {
        if (Result is { } result) stored.TrySetResult(result);
        else stored.TrySetException(Refusal ?? new SpoolException("the reading was not stored"));
    }
}
