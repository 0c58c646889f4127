namespace DeviceAgent.Readings.Sources.Replay;

/// <summary>Learns, while a recording is read for the first time, by how much its timestamps must move for the next round.</summary>
internal sealed class RecordedSpan
{
    private static readonly TimeSpan IntervalOfOne = TimeSpan.FromSeconds(1);

    private readonly List<long> _intervals = [];
    private DateTimeOffset? _previous;
    private DateTimeOffset _first = DateTimeOffset.MaxValue;
    private DateTimeOffset _last = DateTimeOffset.MinValue;

    public void Add(DateTimeOffset timestamp)
    {
        if (_previous is { } previous && timestamp > previous) _intervals.Add((timestamp - previous).Ticks);
        _previous = timestamp;
        if (timestamp < _first) _first = timestamp;
        if (timestamp > _last) _last = timestamp;
    }

    /// <summary>Last minus first, plus the median interval: the next round follows at the recording's own pace.</summary>
    public TimeSpan Shift()
    {
        if (_previous is null) return TimeSpan.Zero;
        _intervals.Sort();
        var median = _intervals.Count == 0 ? IntervalOfOne : TimeSpan.FromTicks(_intervals[_intervals.Count / 2]);
        return _last - _first + median;
    }
}
