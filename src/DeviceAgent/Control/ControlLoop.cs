using DeviceAgent.Control.Cloud;
using DeviceAgent.Credentials.Timing;
using DeviceAgent.Timing;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Control;

/// <summary>A loop of remote control: a step, then a wait for a signal or for a while. A fault is logged and pauses the loop; it never ends it.</summary>
internal abstract class ControlLoop(TimeSpan faultPause, LoopPulse pulse, TimeProvider time, Random random, ILogger logger) : BackgroundService
{
    /// <summary>
    /// What AWS IoT is asked in one go has an answer, or none, long before: a request is given up after 75 s (subscription, acknowledgement, answer) and
    /// made four times at most, and may have to wait until another loop's is through.
    /// </summary>
    public static readonly TimeSpan LongestExchange = TimeSpan.FromMinutes(10);

    /// <summary>Starts the next step at once.</summary>
    protected WakeSignal Wake { get; } = new();

    /// <summary>When AWS IoT may be asked again.</summary>
    protected RetryPause Pause { get; } = new(time, random, logger);

    /// <summary>What the policy lacks; null when nothing, as far as is known.</summary>
    public string? NotAllowed => Pause.NotAllowed;

    /// <returns>How long to wait for the next step.</returns>
    protected abstract Task<TimeSpan> StepAsync(CancellationToken stopping);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            try
            {
                var wake = Wake.Next;
                TimeSpan wait;
                using (pulse.WaitsFor(LongestExchange)) wait = await StepAsync(stoppingToken).ConfigureAwait(false);
                using (pulse.WaitsFor(wait)) await WakeSignal.WaitAsync(wake, wait, time, stoppingToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                pulse.Ends();
                return;
            }
            catch (Exception e)
            {
                // The readings must flow whatever happens here.
                logger.ControlFault(e, faultPause.TotalSeconds);
                using (pulse.WaitsFor(faultPause)) await Task.Delay(faultPause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }
}

/// <summary>When to ask AWS IoT again what it did not do: soon where it may have been chance, slowly where somebody must mend the policy.</summary>
internal sealed class RetryPause(TimeProvider time, Random random, ILogger logger)
{
    private const int NotAllowedMinutes = 10;

    private static readonly Backoff Delays = new(TimeSpan.FromSeconds(2), TimeSpan.FromMinutes(5), Jitter.Half);
    private long _since;
    private TimeSpan _length;
    private int _failures;
    private volatile bool _reset;

    /// <summary>Why somebody must mend the policy; null when nobody must.</summary>
    public string? NotAllowed { get; private set; }

    public TimeSpan Left
    {
        get
        {
            if (_reset) (_reset, _length, _failures) = (false, TimeSpan.Zero, 0);
            var left = _length - time.GetElapsedTime(_since);
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    /// <summary>After an answer; null is a good one.</summary>
    public void After(TopicResponse? failure)
    {
        if (failure is null)
        {
            (_length, _failures, NotAllowed) = (TimeSpan.Zero, 0, null);
            return;
        }

        _since = time.GetTimestamp();
        if (failure is TopicResponse.Missing { Reason: NoResponse.NotAllowed } refused)
        {
            if (NotAllowed != refused.Message) logger.NotAllowed(refused.Message, NotAllowedMinutes);
            NotAllowed = refused.Message;
            _length = TimeSpan.FromMinutes(NotAllowedMinutes);
            return;
        }

        _length = Delays.After(++_failures, random);
    }

    /// <summary>A new connection: it may be asked at once. May be called by any thread; the rest is the loop's.</summary>
    public void Reset() => _reset = true;
}
