using DeviceAgent.Settings;
using DeviceAgent.Timing;

namespace DeviceAgent.Readings.Sources;

/// <summary>Ticks at the interval that is active: a shorter one counts at once. Ticks that were missed are not made up for.</summary>
internal sealed class SampleTimer(LiveOptions<SourceOptions> options, LoopPulse pulse, TimeProvider time)
{
    private long _last = time.GetTimestamp();

    /// <exception cref="OperationCanceledException">The token fired.</exception>
    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var changed = options.NextChange;
            var interval = options.Value.Interval;
            var left = interval - time.GetElapsedTime(_last);
            if (left <= TimeSpan.Zero)
            {
                _last = left > -interval ? _last + (long)(interval.TotalSeconds * time.TimestampFrequency) : time.GetTimestamp();
                return;
            }

            using var done = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            using (pulse.WaitsFor(left)) await Task.WhenAny(Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling(left.TotalMilliseconds)), time, done.Token), changed).ConfigureAwait(false);
            await done.CancelAsync().ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }
}
