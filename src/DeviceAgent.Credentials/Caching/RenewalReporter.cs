using Microsoft.Extensions.Logging;

namespace DeviceAgent.Credentials.Caching;

/// <summary>
/// Says each thing once: a failure in full when it begins or changes, in brief (debug level) while it lasts. Called by
/// one fetch at a time.
/// </summary>
internal sealed class RenewalReporter(ILogger logger, TimeProvider time)
{
    private static readonly TimeSpan WorthMentioning = TimeSpan.FromMinutes(1);

    private CredentialFailureKind? _reported;
    private bool _clockReported;

    public void Renewed(TemporaryCredentials credentials, int failuresBefore, TimeSpan nextRefresh)
    {
        _reported = null;
        if (failuresBefore > 0) Log.Recovered(logger, failuresBefore);
        Log.Renewed(
            logger, credentials.AccessKeyId, credentials.Expiration, credentials.TimeLeft(time), nextRefresh);
        ReportClock(credentials.ClockOffset);
    }

    public void Failed(CredentialFailure failure, int failures, TimeSpan delay)
    {
        var requestId = failure.RequestId ?? "none";
        if (_reported == failure.Kind)
        {
            Log.FetchFailedAgain(logger, failures, failure.Kind, delay, requestId);
        }
        else
        {
            _reported = failure.Kind;
            Log.FetchFailed(logger, failure.Kind, failure.Message, failure.Cause, failure.Remedy.TrimEnd('.') + ".", delay, requestId);
        }

        if (failure.ClockOffset is { } offset) ReportClock(offset);
    }

    private void ReportClock(TimeSpan offset)
    {
        var off = offset.Duration() > WorthMentioning;
        if (off && !_clockReported) Log.ClockOff(logger, -offset);
        _clockReported = off;
    }
}
