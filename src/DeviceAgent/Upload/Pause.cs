namespace DeviceAgent.Upload;

/// <summary>A time in which nothing is sent, on the monotonic clock, in whole milliseconds as timers count them: what is left is never less than a timer waits.</summary>
internal sealed class Pause(TimeProvider time)
{
    private long _start;
    private TimeSpan _length;

    public TimeSpan Left
    {
        get
        {
            var left = _length - time.GetElapsedTime(_start);
            return left > TimeSpan.Zero ? RoundedUp(left) : TimeSpan.Zero;
        }
    }

    /// <summary>Lasts at least so long from now; false when it did already.</summary>
    public bool Extend(TimeSpan atLeast)
    {
        if (atLeast <= Left) return false;
        (_start, _length) = (time.GetTimestamp(), RoundedUp(atLeast));
        return true;
    }

    private static TimeSpan RoundedUp(TimeSpan span) => TimeSpan.FromMilliseconds(Math.Ceiling(span.TotalMilliseconds));
}
