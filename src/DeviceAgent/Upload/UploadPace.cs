using DeviceAgent.Settings;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Upload;

/// <summary>
/// What the answers to the last requests say about the next ones: how many at once, and when. Tells of it in the log and in
/// <see cref="UploadState"/>. Used by one loop.
/// </summary>
internal sealed class UploadPace(LiveOptions<UploadOptions> options, UploadState state, TimeProvider time, Random random, ILogger logger)
{
    private static readonly TimeSpan SpoolPause = TimeSpan.FromSeconds(30);

    /// <summary>Shorter pauses belong to an upload that works.</summary>
    private static readonly TimeSpan WorthTelling = TimeSpan.FromSeconds(1);

    private readonly AdaptiveConcurrency _concurrency = new(() => options.Value.MaxConcurrency);
    private readonly RetryDelay _delay = new(() => options.Value.ParkedRetry, random);
    private readonly Pause _pause = new(time);
    private readonly UploadReport _report = new(time, logger);

    /// <summary>The last requests were answered well, or nearly so.</summary>
    public bool Works { get; private set; }

    /// <summary>How long nothing is to be sent.</summary>
    public TimeSpan Hold => _pause.Left;

    /// <inheritdoc cref="AdaptiveConcurrency.Limit"/>
    public int Concurrency => _concurrency.Limit;

    /// <inheritdoc cref="AdaptiveConcurrency.Epoch"/>
    public int Epoch => _concurrency.Epoch;

    /// <summary>Nothing is in the way of sending.</summary>
    public void Ready()
    {
        Works = true;
        _delay.Reset();
    }

    /// <param name="result">How a batch went.</param>
    /// <param name="epoch"><see cref="Epoch"/> when it was sent.</param>
    /// <param name="wasNeeded">All the requests that were allowed were in flight, and more could have been.</param>
    /// <param name="waiting">Readings that wait.</param>
    public void Settle(BatchResult result, int epoch, bool wasNeeded, long waiting)
    {
        _report.Delivered(result.Accepted, waiting, isWell: result.Fault is null);
        if (result.Accepted > 0) state.Succeeded();
        if (result.Fault is { } fault)
        {
            Settle(fault, result.Share, epoch, waiting);
            return;
        }

        Ready();
        _concurrency.OnSuccess(wasNeeded);
    }

    /// <summary>Nothing is sent for a while.</summary>
    public void Handle(UploadFault fault, double accepted, long waiting)
    {
        var delay = _delay.Next(fault, accepted);
        HoldFor(delay, fault);
        Works = _delay.IsQuick && delay < WorthTelling;
        if (!Works) _report.Fault(fault, delay, waiting);
    }

    public void OnSpoolFailure(string problem)
    {
        logger.SpoolFailed(problem);
        Works = false;
        HoldFor(SpoolPause, new UploadFault(FaultKind.Transient, $"The spool failed: {problem}"));
    }

    public void Show(int requests, int readings) => state.Sends(requests, readings, _concurrency.Limit);

    public void Final(long waiting) => _report.Final(waiting);

    /// <summary>A fault that several requests meet together is one.</summary>
    private void Settle(UploadFault fault, double accepted, int epoch, long waiting)
    {
        if (epoch != _concurrency.Epoch)
        {
            if (fault.RetryAfter is { } least) HoldFor(least, fault);
            return;
        }

        if (fault.Kind == FaultKind.Parked) _concurrency.OnParked();
        else _concurrency.OnPressure();
        Handle(fault, accepted, waiting);
    }

    private void HoldFor(TimeSpan delay, UploadFault fault)
    {
        if (_pause.Extend(delay)) state.Pauses(fault, delay);
    }
}

/// <summary>Tells of the upload often enough to follow it, and seldom enough not to fill a disk.</summary>
internal sealed class UploadReport(TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan DeliveryPeriod = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan FaultPeriod = TimeSpan.FromMinutes(5);

    private long _total;
    private long _sinceReport;
    private long? _reportedAt;
    private long? _faultReportedAt;
    private (FaultKind Kind, string Subject)? _fault;

    /// <param name="count">Readings that were accepted.</param>
    /// <param name="waiting">Readings that wait.</param>
    /// <param name="isWell">Nothing of the request is left over: that ends a fault.</param>
    public void Delivered(int count, long waiting, bool isWell)
    {
        _total += count;
        _sinceReport += count;
        if (!isWell) return;
        if (_fault is not null) logger.DeliveryWorksAgain();
        else if (_reportedAt is { } last && time.GetElapsedTime(last) < DeliveryPeriod) return;
        _fault = null;
        Report(waiting);
    }

    /// <summary>A fault is told when it is another one than before, and every few minutes while it lasts.</summary>
    public void Fault(UploadFault fault, TimeSpan retryIn, long waiting)
    {
        var key = (fault.Kind, fault.Subject);
        if (_fault == key && _faultReportedAt is { } last && time.GetElapsedTime(last) < FaultPeriod) return;
        (_fault, _faultReportedAt) = (key, time.GetTimestamp());
        if (fault.Kind == FaultKind.Parked) logger.UploadParked(fault.ToString(), waiting, retryIn);
        else logger.UploadDelayed(fault.ToString(), waiting, retryIn);
    }

    public void Final(long waiting) => logger.UploadStopped(_total, waiting);

    private void Report(long waiting)
    {
        logger.Delivered(_sinceReport, _total, waiting);
        (_reportedAt, _sinceReport) = (time.GetTimestamp(), 0);
    }
}
