using Microsoft.Extensions.Hosting;

namespace DeviceAgent.Timing;

/// <summary>A loop that is watched: it beats its pulse while it runs, and nobody waits for a beat once it has ended.</summary>
internal abstract class WatchedLoop(LoopPulse pulse) : BackgroundService
{
    protected LoopPulse Pulse => pulse;

    /// <summary>Runs until it is stopped.</summary>
    protected abstract Task RunAsync(CancellationToken stopping);

    protected sealed override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await RunAsync(stoppingToken).ConfigureAwait(false);
        }
        finally
        {
            pulse.Ends();
        }
    }
}
