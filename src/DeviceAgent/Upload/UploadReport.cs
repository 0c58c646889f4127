using Microsoft.Extensions.Logging;

namespace DeviceAgent.Upload;

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
        var seconds = Math.Ceiling(retryIn.TotalSeconds);
        if (fault.Kind == FaultKind.Parked) logger.UploadParked(fault.ToString(), waiting, seconds);
        else logger.UploadDelayed(fault.ToString(), waiting, seconds);
    }

    public void Final(long waiting) => logger.UploadStopped(_total, waiting);

    private void Report(long waiting)
    {
        logger.Delivered(_sinceReport, _total, waiting);
        (_reportedAt, _sinceReport) = (time.GetTimestamp(), 0);
    }
}
