namespace DeviceAgent.Readings;

/// <summary>
/// Gives live readings their timestamps: whole milliseconds, strictly increasing for each serial number, also when the wall clock
/// stands still or steps back, and across restarts. Thread-safe.
/// </summary>
internal sealed class LiveTimestamps(TimeProvider time)
{
    public static readonly TimeSpan Step = TimeSpan.FromMilliseconds(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, DateTimeOffset> _last = [];
    private DateTimeOffset? _floor;
    private long _withheld;

    /// <summary>Whether readings are given their timestamps at once.</summary>
    public bool IsOpen
    {
        get
        {
            lock (_gate) return _floor is not null;
        }
    }

    /// <summary>How often there was no timestamp to give.</summary>
    public long Withheld
    {
        get
        {
            lock (_gate) return _withheld;
        }
    }

    /// <summary>The next timestamp; null while the time is not known: the reading gets its timestamp later.</summary>
    public DateTimeOffset? Next(string serialNumber)
    {
        lock (_gate)
        {
            if (_floor is not { } floor)
            {
                _withheld++;
                return null;
            }

            var now = TimestampText.WholeMilliseconds(time.GetUtcNow());
            var last = _last.GetValueOrDefault(serialNumber, floor);
            if (last < floor) last = floor;
            return _last[serialNumber] = now > last ? now : last + Step;
        }
    }

    /// <summary>A window of the serial number's readings was told up to this moment: no further one may lie in it.</summary>
    public void RaiseTo(string serialNumber, DateTimeOffset moment)
    {
        lock (_gate)
        {
            if (!_last.TryGetValue(serialNumber, out var last) || last < moment) _last[serialNumber] = moment;
        }
    }

    /// <summary>The time is known: from now on there are timestamps, and all of them lie behind what <paramref name="floor"/> says.</summary>
    /// <param name="floor">Gets how often there was no timestamp to give; runs while nobody is given one.</param>
    public void Open(Func<long, DateTimeOffset> floor)
    {
        lock (_gate) _floor = TimestampText.WholeMilliseconds(floor(_withheld)) + Step;
    }
}
