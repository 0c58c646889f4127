using DeviceAgent.Settings;
using DeviceAgent.Spool;
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
    Deliverer deliverer,
    LiveOptions<UploadOptions> options,
    UploadState state,
    DrainSignal drain,
    IHostApplicationLifetime lifetime,
    TimeProvider time,
    Random random,
    ILogger<Uploader> logger) : BackgroundService
{
    /// <summary>How long requests that are under way when the agent is stopped may go on.</summary>
    private static readonly TimeSpan LastRequests = TimeSpan.FromSeconds(4);

    private static readonly TimeSpan SpoolPause = TimeSpan.FromSeconds(30);

    /// <summary>Shorter pauses belong to an upload that works.</summary>
    private static readonly TimeSpan WorthTelling = TimeSpan.FromSeconds(1);

    private readonly BatchPlanner _planner = new(spool, sink.RequestLimits, options);
    private readonly InFlight _inFlight = new();
    private readonly AdaptiveConcurrency _concurrency = new(() => options.Value.MaxConcurrency);
    private readonly RetryDelay _delay = new(() => options.Value.ParkedRetry, random);
    private readonly Pause _pause = new(time);
    private readonly UploadReport _report = new(time, logger);

    /// <summary>The last requests were answered well, or nearly so.</summary>
    private bool _works;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var requests = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        await using var registration = stoppingToken.Register(() => requests.CancelAfter(LastRequests)).ConfigureAwait(false);
        try
        {
            await CheckSinkAsync(stoppingToken).ConfigureAwait(false);
            while (!await StepAsync(IsDraining(), requests.Token, stoppingToken).ConfigureAwait(false)) stoppingToken.ThrowIfCancellationRequested();
            logger.Drained();
            lifetime.StopApplication();
            await Task.Delay(Timeout.InfiniteTimeSpan, time, stoppingToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopped: what was not delivered stays in the spool.
        }

        await DeliverRestAsync(requests.Token).ConfigureAwait(false);
        _report.Final(spool.Count);
    }

    /// <summary>No more readings will come, and of none must the time be waited for.</summary>
    private bool IsDraining() => drain.Requested.IsCompleted && spool.Status.UnknownTime == 0;

    /// <summary>What is under way and, while all is well, what the sources read last, as far as the time allows: the device may stay off for long.</summary>
    private async Task DeliverRestAsync(CancellationToken requests)
    {
        try
        {
            while (_works && !await StepAsync(draining: true, requests, requests).ConfigureAwait(false)) requests.ThrowIfCancellationRequested();
        }
        catch (OperationCanceledException) when (requests.IsCancellationRequested)
        {
            // The time is up; the rest stays in the spool.
        }

        await Task.WhenAll(_inFlight.Tasks).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await SettleAsync(requests).ConfigureAwait(false);
    }

    /// <summary>Does what can be done now and waits for what comes next. True when nothing is left of what was to be drained.</summary>
    private async Task<bool> StepAsync(bool draining, CancellationToken requests, CancellationToken until)
    {
        // Before the look into the spool: what is committed in between must not be missed.
        var (nextCommit, optionsChange) = (spool.NextCommit, options.NextChange);
        await SettleAsync(requests).ConfigureAwait(false);
        var canSend = _pause.Left == TimeSpan.Zero && _inFlight.Count < _concurrency.Limit;
        var next = canSend ? await GuardedSendAsync(draining, requests, until).ConfigureAwait(false) : Next.After(_pause.Left);
        ShowState();
        if (next.IsNothingLeft && draining && _inFlight.Count == 0) return true;
        if (next.Wait == TimeSpan.Zero) return false;

        var signals = _inFlight.Tasks.ToList();
        if (canSend) signals.AddRange([nextCommit, optionsChange]);
        if (canSend && !drain.Requested.IsCompleted) signals.Add(drain.Requested);
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
            OnSpoolFailure(e);
            return Next.After(_pause.Left);
        }
    }

    private async Task<Next> SendNextAsync(bool draining, CancellationToken requests, CancellationToken until)
    {
        var batch = await _planner.NextAsync(_inFlight, until).ConfigureAwait(false);
        foreach (var (record, reason) in batch.Damaged) await deliverer.SetDamagedAsideAsync(record, reason, until).ConfigureAwait(false);
        if (batch.Items.Count == 0) return batch.Damaged.Count > 0 ? Next.AtOnce : Next.NothingLeft;
        if (TimeToFill(batch, draining) is { } wait) return Next.After(wait);

        _inFlight.Add(new Flight(batch.Items, deliverer.DeliverAsync(batch.Items, requests), _concurrency.Epoch));
        return Next.AtOnce;
    }

    /// <summary>How long to wait for a fuller batch; null to send at once.</summary>
    private TimeSpan? TimeToFill(Batch batch, bool draining)
    {
        if (batch.IsFull || batch.Items.Any(i => i.Record.Class == SpoolClass.Critical)) return null;
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
            var allUsed = _inFlight.Count >= _concurrency.Limit;
            if (_inFlight.TakeFinished() is not { } flight) return;
            var moreWait = spool.Count - _inFlight.Items >= _planner.Size;
            try
            {
                Settle(await flight.Delivery.ConfigureAwait(false), flight.Epoch, wasNeeded: allUsed && moreWait);
            }
            catch (SpoolException e)
            {
                OnSpoolFailure(e);
            }
            catch (OperationCanceledException) when (requests.IsCancellationRequested)
            {
                // Not known to have arrived: it stays in the spool.
            }
        }
    }

    private void Settle(Delivery delivery, int epoch, bool wasNeeded)
    {
        _report.Delivered(delivery.Accepted, spool.Count, isWell: delivery.Fault is null);
        if (delivery.Accepted > 0) state.Succeeded();
        if (delivery.Fault is { } fault)
        {
            Settle(fault, delivery.Share, epoch);
            return;
        }

        _works = true;
        _delay.Reset();
        _concurrency.OnSuccess(wasNeeded);
    }

    /// <summary>A fault that several requests meet together is one.</summary>
    private void Settle(UploadFault fault, double accepted, int epoch)
    {
        if (epoch != _concurrency.Epoch)
        {
            if (fault.RetryAfter is { } least) HoldFor(least, fault);
            return;
        }

        if (fault.Kind == FaultKind.Parked) _concurrency.OnParked();
        else _concurrency.OnPressure();
        Handle(fault, accepted);
    }

    private void Handle(UploadFault fault, double accepted)
    {
        var delay = _delay.Next(fault, accepted);
        HoldFor(delay, fault);
        _works = _delay.IsQuick && delay < WorthTelling;
        if (!_works) _report.Fault(fault, delay, spool.Count);
    }

    private void OnSpoolFailure(SpoolException e)
    {
        logger.SpoolFailed(e.Message);
        _works = false;
        HoldFor(SpoolPause, new UploadFault(FaultKind.Transient, $"The spool failed: {e.Message}"));
    }

    private void HoldFor(TimeSpan delay, UploadFault fault)
    {
        if (_pause.Extend(delay)) state.Pauses(fault, delay);
    }

    private void ShowState() => state.Sends(_inFlight.Count, _inFlight.Items, _concurrency.Limit);

    private async Task WaitAsync(List<Task> signals, TimeSpan wait, CancellationToken until)
    {
        using var done = CancellationTokenSource.CreateLinkedTokenSource(until);
        signals.Add(Task.Delay(wait, time, done.Token));
        await Task.WhenAny(signals).ConfigureAwait(false);
        await done.CancelAsync().ConfigureAwait(false);
        until.ThrowIfCancellationRequested();
    }

    private async Task CheckSinkAsync(CancellationToken stopping)
    {
        while (await sink.CheckAsync(stopping).ConfigureAwait(false) is { } fault)
        {
            if (fault.Kind == FaultKind.StaleCredentials) fault = await sink.RefreshAsync(stopping).ConfigureAwait(false) ?? fault;
            Handle(fault, accepted: 0);
            await Task.Delay(_pause.Left, time, stopping).ConfigureAwait(false);
        }

        _works = true;
        _delay.Reset();
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
