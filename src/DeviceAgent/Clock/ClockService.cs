using DeviceAgent.Timing;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Clock;

/// <summary>Watches for a synchronised kernel until the time is known, then saves it: at once, hourly and at the end.</summary>
internal sealed class ClockService(DeviceClock clock, LastKnownTimeFile file, BootClock boot, LoopWatch loops, ILogger<ClockService> logger) : WatchedLoop(loops.Pulse("clock"))
{
    private static readonly TimeSpan SavePeriod = TimeSpan.FromHours(1);

    protected override async Task RunAsync(CancellationToken stopping)
    {
        Pulse.Works();
        file.Recover();
        try
        {
            if (!clock.IsTrusted) logger.TimeUnknown(clock.GetUtcNow() - clock.SystemOffset);
            while (!clock.IsTrusted) await RestAsync(DeviceClock.ConsultPeriod, stopping).ConfigureAwait(false);
            while (true)
            {
                Save();
                await RestAsync(SavePeriod, stopping).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            if (clock.IsTrusted) Save();
        }
    }

    private async Task RestAsync(TimeSpan period, CancellationToken stopping)
    {
        using (Pulse.WaitsFor(period)) await Task.Delay(period, clock, stopping).ConfigureAwait(false);
    }

    /// <summary>A time that only the configuration vouches for is no floor for others.</summary>
    private void Save()
    {
        if (clock.Origin == TimeOrigin.System) return;
        var time = new LastKnownTime(clock.GetUtcNow(), boot.BootId, boot.Milliseconds);
        clock.RaiseFloor(time.Time);
        file.Save(time);
    }
}
