using DeviceAgent.Credentials.Text;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Credentials;

/// <summary>Everything that the credentials library logs. Event ids 1000 to 1099. Never a secret.</summary>
internal static partial class Log
{
    [LoggerMessage(1000, LogLevel.Information, "AWS credentials {AccessKeyId} fetched: valid until {Expiration:u} (for {Life}), renewed in {RenewedIn}")]
    public static partial void Renewed(ILogger logger, string accessKeyId, DateTimeOffset expiration, Duration life, Duration renewedIn);

    [LoggerMessage(1001, LogLevel.Warning, "AWS credentials not fetched ({Kind}). {Message} Likely cause: {Cause}. {Remedy} Next attempt in {Delay}. Request id: {RequestId}")]
    public static partial void FetchFailed(
        ILogger logger, CredentialFailureKind kind, string message, string cause, string remedy, Duration delay, string requestId);

    [LoggerMessage(1002, LogLevel.Debug, "AWS credentials not fetched for the {Failures}. time ({Kind}), as before. Next attempt in {Delay}. Request id: {RequestId}")]
    public static partial void FetchFailedAgain(ILogger logger, int failures, CredentialFailureKind kind, Duration delay, string requestId);

    [LoggerMessage(1003, LogLevel.Information, "AWS credentials are fetched again (failures before: {Failures})")]
    public static partial void Recovered(ILogger logger, int failures);

    [LoggerMessage(1004, LogLevel.Error, "AWS credentials {AccessKeyId} have come to their end and no others are held")]
    public static partial void Lapsed(ILogger logger, string accessKeyId);

    [LoggerMessage(1005, LogLevel.Warning, "The local clock is {Difference} by the clock of AWS. Check the time synchronisation (timedatectl)")]
    public static partial void ClockOff(ILogger logger, ClockDifference difference);

    [LoggerMessage(1006, LogLevel.Warning, "Device certificate: {Subject}: {What}. {Remedy}")]
    public static partial void CertificateWarning(ILogger logger, string subject, string what, string remedy);

    [LoggerMessage(1007, LogLevel.Error, "The source of AWS credentials failed unexpectedly")]
    public static partial void SourceFailed(ILogger logger, Exception exception);

    [LoggerMessage(1008, LogLevel.Information, "AWS credentials {AccessKeyId} are no longer served, because a service refused them")]
    public static partial void Invalidated(ILogger logger, string accessKeyId);

    [LoggerMessage(1009, LogLevel.Information, "AWS credentials come from another source from now on, starting with {AccessKeyId}, valid until {Expiration:u}")]
    public static partial void Switched(ILogger logger, string accessKeyId, DateTimeOffset expiration);

    [LoggerMessage(1010, LogLevel.Information, "AWS credentials come from another source from now on, which is asked for the first set")]
    public static partial void SwitchedEmpty(ILogger logger);

    [LoggerMessage(1011, LogLevel.Information, "The first AWS credentials are asked for in {Delay}, at {Until:u}: {Reason}")]
    public static partial void StartDelayed(ILogger logger, string delay, DateTimeOffset until, string reason);

    [LoggerMessage(1030, LogLevel.Information, "The device's certificate was replaced: {CertificateId}, valid until {NotAfter:u}, is used for new connections; before it was {OldCertificateId}")]
    public static partial void IdentityReplaced(ILogger logger, string certificateId, DateTimeOffset notAfter, string oldCertificateId);

    [LoggerMessage(1031, LogLevel.Warning, "The files of the device's identity have changed and cannot be used; certificate {CertificateId} stays active until they can. {Problems}")]
    public static partial void IdentityUnusable(ILogger logger, string certificateId, string problems);
}
