using DeviceAgent.Spool;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Upload;

/// <summary>Takes readings from the spool in order and delivers them, for as long as the agent runs.</summary>
internal sealed class Uploader(
    ISpool spool,
    ITable table,
    Deliverer deliverer,
    ItemMapper mapper,
    UploadOptions options,
    DrainSignal drain,
    IHostApplicationLifetime lifetime,
    TimeProvider time,
    Random random,
    ILogger<Uploader> logger) : BackgroundService
{
    /// <summary>How long a request that is under way when the agent is stopped may go on.</summary>
    private static readonly TimeSpan LastRequest = TimeSpan.FromSeconds(4);

    private static readonly TimeSpan SpoolPause = TimeSpan.FromSeconds(30);

    private readonly RetryDelay _delay = new(options.ParkedRetry, random);
    private readonly UploadReport _report = new(time, logger);

    /// <summary>The last request was answered well.</summary>
    private bool _works;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var requests = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        await using var registration = stoppingToken.Register(() => requests.CancelAfter(LastRequest)).ConfigureAwait(false);
        try
        {
            await CheckTableAsync(stoppingToken).ConfigureAwait(false);
            while (!stoppingToken.IsCancellationRequested) await GuardedStepAsync(stoppingToken, requests.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopped: what was not delivered stays in the spool.
        }

        if (_works) await DeliverRestAsync(requests.Token).ConfigureAwait(false);
        _report.Final(spool.Count);
    }

    /// <summary>What the sources read last, as far as the time allows: the device may stay off for long.</summary>
    private async Task DeliverRestAsync(CancellationToken requests)
    {
        try
        {
            while (await spool.PeekAsync(new SpoolQuery(options.BatchSize), requests).ConfigureAwait(false) is { Count: > 0 } records)
            {
                if (await DeliverAsync(records, requests, requests).ConfigureAwait(false) is not null) return;
            }
        }
        catch (OperationCanceledException) when (requests.IsCancellationRequested)
        {
            // The time is up; the rest stays in the spool.
        }
        catch (SpoolException e)
        {
            logger.SpoolFailed(e.Message);
        }
    }

    private async Task GuardedStepAsync(CancellationToken stopping, CancellationToken requests)
    {
        try
        {
            await StepAsync(stopping, requests).ConfigureAwait(false);
        }
        catch (SpoolException e)
        {
            logger.SpoolFailed(e.Message);
            await Task.Delay(SpoolPause, time, stopping).ConfigureAwait(false);
        }
    }

    private async Task StepAsync(CancellationToken stopping, CancellationToken requests)
    {
        // Both before the look into the spool: what is committed in between must not be missed.
        var nextCommit = spool.NextCommit;
        var draining = drain.Requested.IsCompleted;
        var waitingForTime = spool.Status.UnknownTime > 0;
        var records = await spool.PeekAsync(new SpoolQuery(options.BatchSize), stopping).ConfigureAwait(false);
        if (records.Count == 0 && draining && waitingForTime)
        {
            await nextCommit.WaitAsync(stopping).ConfigureAwait(false);
            return;
        }

        if (records.Count == 0 && draining)
        {
            logger.Drained();
            lifetime.StopApplication();
            await Task.Delay(Timeout.InfiniteTimeSpan, time, stopping).ConfigureAwait(false);
        }

        if (TimeToFill(records, draining) is { } wait)
        {
            await WaitAsync(wait, nextCommit, stopping).ConfigureAwait(false);
            return;
        }

        if (await DeliverAsync(records, stopping, requests).ConfigureAwait(false) is { } fault) await HandleAsync(fault, stopping).ConfigureAwait(false);
    }

    private async Task<UploadFault?> DeliverAsync(IReadOnlyList<SpoolRecord> records, CancellationToken stopping, CancellationToken requests)
    {
        var batch = Batch.From(records, mapper);
        foreach (var (record, reason) in batch.Damaged)
        {
            await spool.SetAsideAsync(record, reason, stopping).ConfigureAwait(false);
            logger.RecordDamaged(record.Sequence, reason);
        }

        if (batch.Items.Count == 0) return null;
        if (await deliverer.DeliverAsync(batch.Items, requests).ConfigureAwait(false) is { } fault) return fault;

        _works = true;
        _delay.Reset();
        _report.Delivered(batch.Items.Count, spool.Count);
        return null;
    }

    /// <summary>How long to wait for a fuller batch; null to send at once.</summary>
    private TimeSpan? TimeToFill(IReadOnlyList<SpoolRecord> records, bool draining)
    {
        if (records.Count == 0) return Timeout.InfiniteTimeSpan;
        if (records.Count >= options.BatchSize || draining || records[0].Age is not { } age || age >= options.MaxDelay) return null;
        return options.MaxDelay - age;
    }

    private async Task WaitAsync(TimeSpan wait, Task nextCommit, CancellationToken stopping)
    {
        using var done = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        await Task.WhenAny(nextCommit, drain.Requested, Task.Delay(wait, time, done.Token)).ConfigureAwait(false);
        await done.CancelAsync().ConfigureAwait(false);
        stopping.ThrowIfCancellationRequested();
    }

    private async Task CheckTableAsync(CancellationToken stopping)
    {
        while (await table.CheckAsync(stopping).ConfigureAwait(false) is { } fault)
        {
            if (fault.Kind == FaultKind.StaleCredentials) fault = await table.RefreshCredentialsAsync(stopping).ConfigureAwait(false) ?? fault;
            await HandleAsync(fault, stopping).ConfigureAwait(false);
        }

        _works = true;
        _delay.Reset();
    }

    private async Task HandleAsync(UploadFault fault, CancellationToken stopping)
    {
        _works = false;
        var delay = _delay.Next(fault.Kind);
        _report.Fault(fault, delay, spool.Count);
        await Task.Delay(delay, time, stopping).ConfigureAwait(false);
    }
}
