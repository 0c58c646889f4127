namespace DeviceAgent.Upload;

/// <summary>
/// How many requests may be in flight: one at first, one more after a window of successes while all of them were needed, half as
/// many when the service is pressed, as TCP does it. Used by one loop.
/// </summary>
internal sealed class AdaptiveConcurrency(Func<int> max)
{
    /// <summary>Successes in a row for one request more; at least as many as may be in flight.</summary>
    private const int Window = 5;

    private int _successes;
    private int _limit = 1;

    public int Limit => Math.Min(_limit, max());

    /// <summary>Counts the falls: the fault of a request that was started before the last one says nothing new.</summary>
    public int Epoch { get; private set; }

    /// <param name="wasNeeded">All that were allowed were in flight and more could have been: only then is there a reason for more.</param>
    public void OnSuccess(bool wasNeeded)
    {
        if (!wasNeeded || ++_successes < Math.Max(Window, Limit)) return;
        _successes = 0;
        _limit = Math.Min(Limit + 1, max());
    }

    public void OnPressure() => FallTo(Math.Max(Limit / 2, 1));

    /// <summary>One request is enough to see whether it works again.</summary>
    public void OnParked() => FallTo(1);

    private void FallTo(int limit)
    {
        _successes = 0;
        _limit = limit;
        Epoch++;
    }
}
