using DeviceAgent.Clock;
using DeviceAgent.Spool;
using DeviceAgent.Timing;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Readings;

/// <summary>Waits until the time is known, has the readings stamped that waited for it, and opens <see cref="LiveTimestamps"/>.</summary>
internal sealed class TimestampResolverService(
    DeviceClock clock, BootClock boot, LastKnownTimeFile file, ISpool spool, LiveTimestamps timestamps, LoopWatch loops, ILogger<TimestampResolverService> logger) : WatchedLoop(loops.Pulse("timestamps"))
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(10);

    /// <summary>
    /// A reading that was denied a timestamp may still be on its way into the spool when the stamping begins. So much room is left for
    /// such: one millisecond each.
    /// </summary>
    private const int RoomForStragglers = 100;

    /// <summary>Loaded before this run saves anything: it may be what an earlier boot knew.</summary>
    private readonly LastKnownTime? _earlier = file.Read();

    protected override async Task RunAsync(CancellationToken stopping)
    {
        try
        {
            using (Pulse.Waits()) await clock.Trusted.WaitAsync(stopping).ConfigureAwait(false);
            var resolution = new TimestampResolver(boot.BootId, clock.TrustedAnchor!.Value, _earlier, spool.NewestLive);
            var before = timestamps.Withheld;
            while (!await TryResolveAsync(resolution, stopping).ConfigureAwait(false)) await RestAsync(stopping).ConfigureAwait(false);
            timestamps.Open(withheld => EndOf(resolution, withheld - before));
            while (true)
            {
                if (spool.Status.UnknownTime > 0 || timestamps.Withheld > before)
                {
                    before = timestamps.Withheld;
                    await TryResolveAsync(resolution, stopping).ConfigureAwait(false);
                }

                await RestAsync(stopping).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Stopped: what has no timestamp yet gets it at the next start.
        }
    }

    private async Task RestAsync(CancellationToken stopping)
    {
        using (Pulse.WaitsFor(LookAgain)) await Task.Delay(LookAgain, clock, stopping).ConfigureAwait(false);
    }

    /// <summary>The end of the readings that are stamped afterwards: those that are given a timestamp at once begin behind it.</summary>
    private DateTimeOffset EndOf(TimestampResolver resolution, long late)
    {
        var newest = spool.NewestLive;
        var now = clock.GetUtcNow();
        var end = now > newest ? now : newest;
        resolution.EndAt(end);
        return end + ((late + RoomForStragglers) * LiveTimestamps.Step);
    }

    private async Task<bool> TryResolveAsync(TimestampResolver resolution, CancellationToken stopping)
    {
        try
        {
            using (Pulse.Waits())
            {
                if (await spool.ResolveTimesAsync(resolution.Plan, stopping).ConfigureAwait(false) is > 0 and var count) logger.Restamped(count);
            }

            return true;
        }
        catch (SpoolException e)
        {
            logger.NotRestamped(e.Message);
            return false;
        }
    }
}
