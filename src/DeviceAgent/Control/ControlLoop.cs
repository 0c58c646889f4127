using DeviceAgent.Timing;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Control;

/// <summary>A loop of remote control: a step, then a wait for a signal or for a while. A fault is logged and pauses the loop; it never ends it.</summary>
internal abstract class ControlLoop(TimeSpan faultPause, TimeProvider time, Random random, ILogger logger) : BackgroundService
{
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
                var wait = await StepAsync(stoppingToken).ConfigureAwait(false);
                await WakeSignal.WaitAsync(wake, wait, time, stoppingToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                // The readings must flow whatever happens here.
                logger.ControlFault(e, faultPause.TotalSeconds);
                await Task.Delay(faultPause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }
}
