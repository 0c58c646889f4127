using DeviceAgent.Diagnostics;
using DeviceAgent.Spool;
using DeviceAgent.Timing;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Readings;

/// <summary>
/// Takes samples from the source, makes readings of them and puts them into the spool, for as long as the agent runs. The loop is the source's, too: it says
/// when it waits.
/// </summary>
internal sealed class SensingService(
    ISource source,
    SourceKind kind,
    string serialNumber,
    Ingest ingest,
    ISpool spool,
    DrainSignal drain,
    AgentMetrics metrics,
    LoopPulse pulse,
    TimeProvider time,
    ILogger<SensingService> logger) : BackgroundService
{
    /// <summary>Readings in flight to the medium at a time: a fast source waits for the commits.</summary>
    private const int MaxUncommitted = 256;

    private static readonly TimeSpan ReportPeriod = TimeSpan.FromMinutes(1);

    private readonly ReportInterval _refused = new(ReportPeriod, time);
    private readonly ReportInterval _notStored = new(ReportPeriod, time);
    private readonly Queue<Task> _uncommitted = new();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        logger.SourceStarted(kind.ToString(), serialNumber);
        pulse.Works();
        long readings = 0;
        try
        {
            await foreach (var sample in source.ReadAsync(stoppingToken).ConfigureAwait(false))
            {
                if (await TakeAsync(sample, stoppingToken).ConfigureAwait(false)) readings++;
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopped: what was read is committed below.
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            logger.SourceFailed(e.Message);
            throw;
        }
        finally
        {
            using (pulse.Waits()) await CommitAllAsync().ConfigureAwait(false);
            pulse.Ends();
        }

        if (stoppingToken.IsCancellationRequested) return;
        logger.SourceEnded(readings);
        drain.Request();
    }

    /// <summary>True when the sample became a reading.</summary>
    private async Task<bool> TakeAsync(Sample sample, CancellationToken stopping)
    {
        pulse.Works();
        metrics.Read.Add(1);
        if (ingest.TryAccept(sample, SpoolClass.Normal, out var problem) is not { } entry)
        {
            if (sample.Line is { } line) problem = $"line {line}: {problem}";
            metrics.Refused.Add(1);
            if (_refused.TryReport(out var count)) logger.ReadingRefused(problem!, count);
            return false;
        }

        var committed = spool.AppendAsync(entry, CancellationToken.None);
        _uncommitted.Enqueue(committed);
        while (_uncommitted.Count > 0 && (_uncommitted.Count >= MaxUncommitted || _uncommitted.Peek().IsCompleted))
        {
            using (pulse.Waits()) await ObserveAsync(_uncommitted.Peek().WaitAsync(stopping)).ConfigureAwait(false);
            _ = _uncommitted.Dequeue();
        }

        return true;
    }

    private async Task CommitAllAsync()
    {
        await ObserveAsync(spool.FlushAsync(CancellationToken.None)).ConfigureAwait(false);
        while (_uncommitted.TryDequeue(out var append)) await ObserveAsync(append).ConfigureAwait(false);
    }

    private async Task ObserveAsync(Task stored)
    {
        try
        {
            await stored.ConfigureAwait(false);
        }
        catch (SpoolException e)
        {
            metrics.Refused.Add(1);
            if (_notStored.TryReport(out var count)) logger.ReadingNotStored(e.Message, count);
        }
    }
}

/// <summary>Lets the first report of something through and then one a period, and counts those held back.</summary>
internal sealed class ReportInterval(TimeSpan period, TimeProvider time)
{
    private long? _last;
    private int _heldBack;

    /// <summary>True when it is time to report; <paramref name="count"/> includes those held back since the last report.</summary>
    public bool TryReport(out int count)
    {
        _heldBack++;
        count = _heldBack;
        if (_last is { } last && time.GetElapsedTime(last) < period) return false;
        _last = time.GetTimestamp();
        _heldBack = 0;
        return true;
    }
}
