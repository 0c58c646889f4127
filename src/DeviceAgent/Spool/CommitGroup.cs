using DeviceAgent.Clock;
using DeviceAgent.Settings;

namespace DeviceAgent.Spool;

/// <summary>Readings that wait for their common commit.</summary>
internal sealed class CommitGroup(LiveOptions<SpoolOptions> options, BootClock clock)
{
    private List<WaitingEntry> _entries = [];
    private long _bytes;
    private bool _critical;
    private long _opened;

    /// <param name="entry">What was put in.</param>
    /// <param name="taken">When, in ms of the monotonic clock.</param>
    /// <param name="stored">Who waits.</param>
    public void Add(SpoolEntry entry, long taken, TaskCompletionSource<AppendResult> stored)
    {
        if (_entries.Count == 0) _opened = clock.Time.GetTimestamp();
        _entries.Add(new WaitingEntry(entry, taken, stored));
        _bytes += entry.Payload.Length;
        _critical |= entry.Class == SpoolClass.Critical;
    }

    /// <summary>How long until the group must be committed: zero when it must be now, null when it is empty.</summary>
    public TimeSpan? DueIn()
    {
        if (_entries.Count == 0) return null;
        if (_critical || _entries.Count >= options.Value.GroupCommitReadings || _bytes >= options.Value.GroupCommitBytes) return TimeSpan.Zero;
        var left = options.Value.GroupCommitDelay - clock.Time.GetElapsedTime(_opened);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    /// <summary>Those that wait; a new group is started.</summary>
    public IReadOnlyList<WaitingEntry> Take()
    {
        var entries = _entries;
        (_entries, _bytes, _critical) = ([], 0, false);
        return entries;
    }
}
