namespace DeviceAgent.Testbed.CredentialsProvider;

/// <summary>A token bucket that holds one second's worth of requests.</summary>
internal sealed class RequestQuota(TimeProvider time)
{
    private readonly Lock _gate = new();
    private long _filledAt = time.GetTimestamp();
    private double _tokens = double.PositiveInfinity;

    /// <summary>Whether one more request fits into the quota, which may change from call to call.</summary>
    public bool TryTake(int perSecond)
    {
        lock (_gate)
        {
            var now = time.GetTimestamp();
            _tokens = Math.Min(perSecond, _tokens + time.GetElapsedTime(_filledAt, now).TotalSeconds * perSecond);
            _filledAt = now;
            if (_tokens < 1) return false;
            _tokens--;
            return true;
        }
    }
}
