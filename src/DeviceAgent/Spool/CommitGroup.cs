namespace DeviceAgent.Spool;

/// <summary>Readings that wait for their common commit.</summary>
internal sealed class CommitGroup(SpoolOptions options, BootClock clock)
{
    private readonly List<WaitingEntry> _entries = [];
    private readonly List<TaskCompletionSource<AppendResult>> _waiting = [];
    private long _bytes;
    private bool _critical;
    private long _opened;

    public IReadOnlyList<WaitingEntry> Entries => _entries;

    public void Add(SpoolEntry entry, long taken, TaskCompletionSource<AppendResult> committed)
    {
        if (_entries.Count == 0) _opened = clock.Time.GetTimestamp();
        _entries.Add(new WaitingEntry(entry, taken));
        _waiting.Add(committed);
        _bytes += entry.Payload.Length;
        _critical |= entry.Class == SpoolClass.Critical;
    }

    /// <summary>How long until the group must be committed: zero when it must be now, null when it is empty.</summary>
    public TimeSpan? DueIn()
    {
        if (_entries.Count == 0) return null;
        if (_critical || _entries.Count >= options.GroupCommitReadings || _bytes >= options.GroupCommitBytes) return TimeSpan.Zero;
        var left = options.GroupCommitDelay - clock.Time.GetElapsedTime(_opened);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    /// <summary>Tells those who wait how it went and starts a new group.</summary>
    public void Complete(SpoolException? failure = null)
    {
        foreach (var waiting in _waiting)
        {
            if (failure is null) waiting.TrySetResult(AppendResult.Durable);
            else waiting.TrySetException(failure);
        }

        _entries.Clear();
        _waiting.Clear();
        _bytes = 0;
        _critical = false;
    }
}
