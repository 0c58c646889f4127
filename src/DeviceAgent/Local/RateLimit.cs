namespace DeviceAgent.Local;

/// <summary>So many a second on average, and so many at once (a token bucket). Thread-safe.</summary>
internal sealed class RateLimit(double perSecond, double burst, TimeProvider time)
{
    private readonly Lock _gate = new();

    private double _spent;
    private long _at = time.GetTimestamp();

    /// <summary>Null when they are granted; otherwise how long to wait until they would be, and nothing is taken.</summary>
    public TimeSpan? TryTake(int count = 1)
    {
        lock (_gate)
        {
            var now = time.GetTimestamp();
            _spent = Math.Max(0, _spent - (time.GetElapsedTime(_at, now).TotalSeconds * perSecond));
            _at = now;
            if (_spent + count > burst) return TimeSpan.FromSeconds((_spent + count - burst) / perSecond);
            _spent += count;
            return null;
        }
    }
}
