namespace DeviceAgent.Credentials.Caching;

/// <summary>
/// A token bucket for refreshes that callers force, so that a caller in a loop does not become a loop of requests. Not
/// thread-safe.
/// </summary>
internal sealed class RefreshBudget(int burst, TimeSpan interval, TimeProvider timeProvider)
{
    private double _tokens = burst;
    private long _at = timeProvider.GetTimestamp();

    public bool TryTake()
    {
        var now = timeProvider.GetTimestamp();
        _tokens = Math.Min(burst, _tokens + timeProvider.GetElapsedTime(_at, now) / interval);
        _at = now;
        if (_tokens < 1) return false;
        _tokens--;
        return true;
    }
}
