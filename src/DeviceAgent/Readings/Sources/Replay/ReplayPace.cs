namespace DeviceAgent.Readings.Sources.Replay;

/// <summary>Says when the next recorded reading is due: counted from the first one, so that delays do not add up.</summary>
internal sealed class ReplayPace(double speed, Func<TimeSpan> interval, TimeProvider time)
{
    private static readonly TimeSpan LongestDelay = TimeSpan.FromDays(30);

    private long? _started;
    private DateTimeOffset _first;
    private TimeSpan _untimed;

    public async ValueTask WaitAsync(DateTimeOffset? recorded, CancellationToken cancellationToken)
    {
        if (speed == 0) return;
        if (_started is not { } started)
        {
            _started = time.GetTimestamp();
            _first = recorded ?? default;
            return;
        }

        var due = recorded is { } timestamp ? timestamp - _first : _untimed += interval();
        var wait = Math.Min((due / speed - time.GetElapsedTime(started)).TotalMilliseconds, LongestDelay.TotalMilliseconds);
        if (wait >= 1) await Task.Delay(TimeSpan.FromMilliseconds(wait), time, cancellationToken).ConfigureAwait(false);
    }
}
