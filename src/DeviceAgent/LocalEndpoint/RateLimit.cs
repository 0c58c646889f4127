namespace DeviceAgent.LocalEndpoint;

/// <summary>So many readings a second on average (a token bucket). Thread-safe.</summary>
internal sealed class RateLimit(int perSecond, TimeProvider time)
{
    private readonly Lock _gate = new();

    /// <summary>Ten seconds' worth at once, and never less than one full request.</summary>
    private readonly double _capacity = Math.Max(10.0 * perSecond, ReadingsBody.MaxReadings);

    private double _tokens = Math.Max(10.0 * perSecond, ReadingsBody.MaxReadings);
    private long _at = time.GetTimestamp();

    /// <summary>Null when the readings are granted; otherwise how long to wait until they would be, and nothing is taken.</summary>
    public TimeSpan? TryTake(int readings)
    {
        lock (_gate)
        {
            var now = time.GetTimestamp();
            _tokens = Math.Min(_capacity, _tokens + (time.GetElapsedTime(_at, now).TotalSeconds * perSecond));
            _at = now;
            if (_tokens < readings) return TimeSpan.FromSeconds((readings - _tokens) / perSecond);
            _tokens -= readings;
            return null;
        }
    }
}
