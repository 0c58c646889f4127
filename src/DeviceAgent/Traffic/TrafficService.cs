using DeviceAgent.Timing;

namespace DeviceAgent.Traffic;

/// <summary>Saves what was counted: seldom, because it changes with each reading, and at the end.</summary>
internal sealed class TrafficService(TrafficMeter meter, LoopWatch loops, TimeProvider time) : WatchedLoop(loops.Pulse("traffic"))
{
    /// <summary>So much is not counted after a power cut.</summary>
    public static readonly TimeSpan SavePeriod = TimeSpan.FromMinutes(10);

    protected override async Task RunAsync(CancellationToken stopping)
    {
        try
        {
            while (true)
            {
                using (Pulse.WaitsFor(SavePeriod)) await Task.Delay(SavePeriod, time, stopping).ConfigureAwait(false);
                Pulse.Works();
                meter.Save();
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            meter.Save();
        }
    }
}
