using DeviceAgent.Diagnostics;
using DeviceAgent.Spool;
using DeviceAgent.Timing;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Readings.Reduction;

/// <summary>Closes windows when their time has come though no reading does, and has the open ones saved.</summary>
internal sealed class ReductionService(EdgeReduction reduction, AgentMetrics metrics, LoopPulse pulse, TimeProvider time, ILogger<ReductionService> logger) : WatchedLoop(pulse)
{
    private readonly ReportInterval _notStored = new(TimeSpan.FromMinutes(1), time);

    protected override async Task RunAsync(CancellationToken stopping)
    {
        Pulse.Works();
        try
        {
            await StoreAsync(reduction.TakePending(), stopping).ConfigureAwait(false);
            while (true)
            {
                var changed = reduction.NextChange;
                if (reduction.DueIn is not { } due)
                {
                    using (Pulse.Waits()) await changed.WaitAsync(stopping).ConfigureAwait(false);
                    continue;
                }

                using (Pulse.WaitsFor(due)) await WakeSignal.WaitAsync(changed, due, time, stopping).ConfigureAwait(false);
                await StoreAsync(reduction.TakeDue(), stopping).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Stopped: the source's loop has saved what is open.
        }
    }

    private async Task StoreAsync(IReadOnlyList<AcceptedReading> readings, CancellationToken stopping)
    {
        foreach (var reading in readings)
        {
            try
            {
                using (Pulse.Waits()) await reduction.AppendAsync(reading).WaitAsync(stopping).ConfigureAwait(false);
            }
            catch (SpoolException e)
            {
                metrics.Refused.Add(1);
                if (_notStored.TryReport(out var count)) logger.ReadingNotStored(e.Message, count);
            }
        }
    }
}
