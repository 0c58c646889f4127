namespace DeviceAgent.Credentials.Timing;

/// <summary>So many at once, and one more for each <paramref name="interval"/> that passes. Thread-safe.</summary>
/// <param name="burst">What can be taken at once after a pause.</param>
/// <param name="interval">In which one comes back.</param>
/// <param name="time">Its monotonic clock counts.</param>
internal sealed class TokenBucket(double burst, TimeSpan interval, TimeProvider time)
{
    /// <summary>A token that was waited for is there, whatever was lost to rounding.</summary>
    private const double Rounding = 1e-6;

    private readonly Lock _gate = new();
    private TimeSpan _interval = interval;
    private double _taken;
    private long _at = time.GetTimestamp();

    public static TokenBucket PerSecond(double rate, double burst, TimeProvider time) => new(burst, TimeSpan.FromSeconds(1 / rate), time);

    /// <summary>In which one token comes back. What was earned until now stays.</summary>
    public TimeSpan Interval
    {
        get
        {
            lock (_gate) return _interval;
        }

        set
        {
            lock (_gate)
            {
                Refill();
                _interval = value;
            }
        }
    }

    /// <summary>Takes them all or none: null when they are granted, otherwise how long until they would be.</summary>
    public TimeSpan? TryTake(int count = 1)
    {
        lock (_gate)
        {
            var wait = Wait(count);
            if (wait > TimeSpan.Zero) return wait;
            _taken += count;
            return null;
        }
    }

    /// <summary>How long until one can be taken: zero when it can be now.</summary>
    public TimeSpan UntilNext
    {
        get
        {
            lock (_gate) return Wait(1);
        }
    }

    private TimeSpan Wait(int count)
    {
        Refill();
        var missing = _taken + count - burst;
        return missing > Rounding ? missing * _interval : TimeSpan.Zero;
    }

    private void Refill()
    {
        var now = time.GetTimestamp();
        _taken = Math.Max(0, _taken - (time.GetElapsedTime(_at, now) / _interval));
        _at = now;
    }
}
