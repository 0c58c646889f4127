using DeviceAgent.Settings;
using DeviceAgent.Spool;
using DeviceAgent.Timing;
using DeviceAgent.Traffic;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Upload;

/// <summary>
/// Takes readings from the spool and delivers them, for as long as the agent runs: one request at a time when it keeps up, several
/// while there is a backlog and the service bears it. One loop decides; only the requests run beside it.
/// </summary>
internal sealed class Uploader(
    ISpool spool,
    IReadingSink sink,
    BatchWriter writer,
    UploadPace pace,
    LiveOptions<UploadOptions> options,
    DataBudget budget,
    DrainSignal drain,
    IHostApplicationLifetime lifetime,
    LoopWatch loops,
    TimeProvider time,
    ILogger<Uploader> logger) : WatchedLoop(loops.Pulse("upload"))
{
    /// <summary>How long requests that are in flight when the agent is stopped may go on.</summary>
    private static readonly TimeSpan LastRequests = TimeSpan.FromSeconds(4);

    /// <summary>A batch that waits is looked at so often: the budget, and a sink that awaits a write, give no signal.</summary>
    private static readonly TimeSpan LookPeriod = TimeSpan.FromSeconds(10);

    private readonly BatchPlanner _planner = new(spool, sink.RequestLimits, options);
    private readonly InFlightBatches _inFlight = new();

    /// <summary>What cannot go now stays in the spool.</summary>
    private bool _isLast;

    protected override async Task RunAsync(CancellationToken stopping)
    {
        using var requests = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        await using var registration = stopping.Register(() => requests.CancelAfter(LastRequests)).ConfigureAwait(false);
        Pulse.Works();
        try
        {
            await CheckSinkAsync(stopping).ConfigureAwait(false);
            while (!await StepAsync(IsDraining(), requests.Token, stopping).ConfigureAwait(false)) stopping.ThrowIfCancellationRequested();
            logger.Drained();
            lifetime.StopApplication();
            using (Pulse.Waits()) await Task.Delay(Timeout.InfiniteTimeSpan, time, stopping).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Stopped: what was not delivered stays in the spool.
        }

        await DeliverRestAsync(requests.Token).ConfigureAwait(false);
        pace.Final(spool.Count);
    }

    /// <summary>No more readings will come, and of none must the time be waited for.</summary>
    private bool IsDraining() => drain.Requested.IsCompleted && spool.Status.UnknownTime == 0;

    /// <summary>What is in flight and, while all is well, what the sources read last, as far as the time allows: the device may stay off for long.</summary>
    private async Task DeliverRestAsync(CancellationToken requests)
    {
        _isLast = true;
        try
        {
            while (pace.Works && !await StepAsync(draining: true, requests, requests).ConfigureAwait(false)) requests.ThrowIfCancellationRequested();
        }
        catch (OperationCanceledException) when (requests.IsCancellationRequested)
        {
            // The time is up; the rest stays in the spool.
        }

        using (Pulse.Waits()) await Task.WhenAll(_inFlight.Tasks).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await SettleAsync(requests).ConfigureAwait(false);
    }

    /// <summary>Does what can be done now and waits for what comes next. True when nothing is left of what was to be drained.</summary>
    private async Task<bool> StepAsync(bool draining, CancellationToken requests, CancellationToken until)
    {
        Pulse.Works();

        // Before the look into the spool: what is committed in between must not be missed.
        var (nextCommit, optionsChange, drainIsKnown) = (spool.NextCommit, options.NextChange, draining || drain.Requested.IsCompleted);
        draining |= IsDraining();
        await SettleAsync(requests).ConfigureAwait(false);
        var hold = pace.Hold;
        var canSend = hold == TimeSpan.Zero && _inFlight.Count < pace.Concurrency;
        var next = canSend ? await GuardedSendAsync(draining, requests, until).ConfigureAwait(false) : Next.After(hold);
        pace.Show(_inFlight.Count, _inFlight.Items);
        if (next.IsNothingLeft && draining && _inFlight.Count == 0) return true;
        if (next.Wait == TimeSpan.Zero) return false;

        var signals = _inFlight.Tasks.ToList();
        if (canSend) signals.AddRange([nextCommit, optionsChange]);
        if (canSend && !drainIsKnown) signals.Add(drain.Requested);
        await WaitAsync(signals, next.Wait, until).ConfigureAwait(false);
        return false;
    }

    private async Task<Next> GuardedSendAsync(bool draining, CancellationToken requests, CancellationToken until)
    {
        try
        {
            return await SendNextAsync(draining, requests, until).ConfigureAwait(false);
        }
        catch (SpoolException e)
        {
            pace.OnSpoolFailure(e.Message);
            return Next.After(pace.Hold);
        }
    }

    private async Task<Next> SendNextAsync(bool draining, CancellationToken requests, CancellationToken until)
    {
        Batch batch;
        using (Pulse.Waits())
        {
            batch = await _planner.NextAsync(_inFlight, until).ConfigureAwait(false);
            foreach (var (record, reason) in batch.Damaged) await writer.SetDamagedAsideAsync(record, reason, until).ConfigureAwait(false);
        }

        if (batch.Items.Count == 0) return batch.Damaged.Count > 0 ? Next.AtOnce : Next.NothingLeft;
        if (TimeToWait(batch, draining) is { } wait) return Next.After(wait > LookPeriod ? LookPeriod : wait) with { IsNothingLeft = _isLast && wait > TimeSpan.Zero };

        _inFlight.Add(new InFlightBatch(batch.Items, writer.DeliverAsync(batch.Items, requests), pace.Epoch));
        return Next.AtOnce;
    }

    /// <summary>How long to wait with the batch; null to send at once.</summary>
    private TimeSpan? TimeToWait(Batch batch, bool draining) =>
        sink.AwaitsWrite || batch.Items.Any(i => i.Record.Class == SpoolClass.Critical) ? null : TimeToFill(batch, draining) ?? budget.Wait();

    /// <summary>How long to wait for a fuller batch; null: it is worth a request.</summary>
    private TimeSpan? TimeToFill(Batch batch, bool draining)
    {
        if (batch.IsFull) return null;
        if (batch.Items.All(i => i.Record.Age is not null))
        {
            var left = options.Value.MaxDelay - batch.Items.Max(i => i.Record.Age!.Value);
            if (left <= TimeSpan.Zero) return null;
            if (!draining) return left;
        }

        // Nothing is lost by its waiting: beside another request only a full one is worth it.
        return _inFlight.Count == 0 ? null : Timeout.InfiniteTimeSpan;
    }

    private async Task SettleAsync(CancellationToken requests)
    {
        while (true)
        {
            var allUsed = _inFlight.Count >= pace.Concurrency;
            if (_inFlight.TakeFinished() is not { } flight) return;
            var moreWait = spool.Count - _inFlight.Items >= _planner.Size;
            try
            {
                pace.Settle(await flight.Result.ConfigureAwait(false), flight.Epoch, wasNeeded: allUsed && moreWait, spool.Count);
            }
            catch (SpoolException e)
            {
                pace.OnSpoolFailure(e.Message);
            }
            catch (OperationCanceledException) when (requests.IsCancellationRequested)
            {
                // Not known to have arrived: it stays in the spool.
            }
        }
    }

    private async Task WaitAsync(List<Task> signals, TimeSpan wait, CancellationToken until)
    {
        using var done = CancellationTokenSource.CreateLinkedTokenSource(until);
        signals.Add(Task.Delay(wait, time, done.Token));
        using (Pulse.WaitsFor(wait)) await Task.WhenAny(signals).ConfigureAwait(false);
        await done.CancelAsync().ConfigureAwait(false);
        until.ThrowIfCancellationRequested();
    }

    private async Task CheckSinkAsync(CancellationToken stopping)
    {
        // A request ends by its own limit; the credentials that it waits for may take as long as the provider is away.
        while (await WaitForAsync(sink.CheckAsync(stopping)).ConfigureAwait(false) is { } fault)
        {
            if (fault.Kind == FaultKind.StaleCredentials) fault = await WaitForAsync(sink.RefreshAsync(stopping)).ConfigureAwait(false) ?? fault;
            pace.Handle(fault, accepted: 0, spool.Count);
            var hold = pace.Hold;
            using (Pulse.WaitsFor(hold)) await Task.Delay(hold, time, stopping).ConfigureAwait(false);
        }

        pace.Ready();
    }

    private async Task<UploadFault?> WaitForAsync(Task<UploadFault?> answer)
    {
        using (Pulse.Waits()) return await answer.ConfigureAwait(false);
    }

    /// <summary>When to look again.</summary>
    private readonly record struct Next(TimeSpan Wait, bool IsNothingLeft)
    {
        public static Next AtOnce => new(TimeSpan.Zero, false);

        /// <summary>Nothing can be sent until something is committed or a request ends.</summary>
        public static Next NothingLeft => new(Timeout.InfiniteTimeSpan, true);

        public static Next After(TimeSpan wait) => new(wait == TimeSpan.Zero ? Timeout.InfiniteTimeSpan : wait, false);
    }
}
