namespace DeviceAgent.Credentials.Caching;

/// <summary>
/// A token bucket for every request, whether a caller, the clock or a fault asks for it: no loop, here or in a caller, becomes a
/// flood. Not thread-safe.
/// </summary>
internal sealed class RequestBudget(int burst, TimeSpan interval, TimeProvider time)
{
    /// <summary>Requests that a life must have room for, so that one with a very short life (never AWS's) can still be renewed in time.</summary>
    private const int PerLife = 4;

    private TimeSpan _life = TimeSpan.MaxValue;
    private double _tokens = burst;
    private long _at = time.GetTimestamp();

    /// <summary>Zero when a request may be sent now.</summary>
    public TimeSpan UntilNext
    {
        get
        {
            Refill();
            return _tokens >= 1 ? TimeSpan.Zero : (1 - _tokens) * Interval;
        }
    }

    public bool TryTake()
    {
        if (UntilNext > TimeSpan.Zero) return false;
        _tokens--;
        return true;
    }

    private TimeSpan Interval => _life / PerLife < interval ? _life / PerLife : interval;

    public void PaceFor(TimeSpan life)
    {
        Refill();
        _life = life;
    }

    private void Refill()
    {
        var now = time.GetTimestamp();
        _tokens = Math.Min(burst, _tokens + time.GetElapsedTime(_at, now) / Interval);
        // A token that was waited for is there, whatever was lost to rounding.
        if (_tokens is > 0.999999 and < 1) _tokens = 1;
        _at = now;
    }
}
