using DeviceAgent.Control.Cloud;
using DeviceAgent.Credentials.Timing;
using DeviceAgent.Timing;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Control;

/// <summary>A loop of remote control: a step, then a wait for a signal or for a while. A fault is logged and pauses the loop; it never ends it.</summary>
internal abstract class ControlLoop(TimeSpan faultPause, LoopPulse pulse, TimeProvider time, Random random, ILogger logger) : WatchedLoop(pulse)
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

    /// <summary>What the policy lacks, or what goes wrong again and again; null when nothing, as far as is known.</summary>
    public virtual string? Problem => Pause.Problem;

    /// <returns>How long to wait for the next step.</returns>
    protected abstract Task<TimeSpan> StepAsync(CancellationToken stopping);

    protected override async Task RunAsync(CancellationToken stopping)
    {
        while (true)
        {
            try
            {
                var wake = Wake.Next;
                TimeSpan wait;
                using (Pulse.WaitsFor(LongestExchange)) wait = await StepAsync(stopping).ConfigureAwait(false);
                using (Pulse.WaitsFor(wait)) await WakeSignal.WaitAsync(wake, wait, time, stopping).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                // The readings must flow whatever happens here.
                logger.ControlFault(e, faultPause);
                using (Pulse.WaitsFor(faultPause)) await Task.Delay(faultPause, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }
}

/// <summary>When to ask AWS IoT again what it did not do: soon where it may have been chance, slowly where somebody must mend the policy.</summary>
internal sealed class RetryPause(TimeProvider time, Random random, ILogger logger)
{
    private static readonly TimeSpan NotAllowedPause = TimeSpan.FromMinutes(10);

    /// <summary>From so many failures in a row on it is no chance.</summary>
    private const int WorthTelling = 3;

    private static readonly Backoff Delays = new(TimeSpan.FromSeconds(2), TimeSpan.FromMinutes(5), Jitter.Half);
    private long _since;
    private TimeSpan _length;
    private int _failures;
    private volatile bool _reset;

    /// <summary>Why somebody must mend the policy, or what fails again and again; null when nothing does.</summary>
    public string? Problem { get; private set; }

    public TimeSpan Left
    {
        get
        {
            if (_reset) (_reset, _length) = (false, TimeSpan.Zero);
            var left = _length - time.GetElapsedTime(_since);
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    /// <summary>After an answer; null is a good one.</summary>
    public void After(TopicResponse? failure)
    {
        if (failure is null)
        {
            (_length, _failures, Problem) = (TimeSpan.Zero, 0, null);
            return;
        }

        _since = time.GetTimestamp();
        if (failure is TopicResponse.Missing { Reason: NoResponse.NotAllowed } refused)
        {
            if (Problem != refused.Message) logger.NotAllowed(refused.Message, NotAllowedPause);
            Problem = refused.Message;
            _length = NotAllowedPause;
            return;
        }

        _length = Delays.After(++_failures, random);
        if (_failures < WorthTelling || failure is TopicResponse.Missing { Reason: NoResponse.NotConnected }) return;
        var problem = failure switch
        {
            TopicResponse.Missing missing => missing.Message,
            TopicResponse.Rejected rejected => $"AWS IoT refuses it: {rejected.Code} {rejected.Message.TrimEnd('.')}.",
            _ => null,
        };
        if (problem is not null && problem != Problem) logger.KeepsFailing(problem, _failures);
        Problem = problem;
    }

    /// <summary>A new connection: it may be asked at once. May be called by any thread; the rest is the loop's.</summary>
    public void Reset() => _reset = true;
}
