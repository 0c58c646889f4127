using DeviceAgent.Credentials.Text;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Upload;

internal static partial class Log
{
    [LoggerMessage(2200, LogLevel.Information, "Delivered {Count} ({Total} since the start); {Waiting} waiting.")]
    public static partial void Delivered(this ILogger logger, ReadingCount count, long total, long waiting);

    [LoggerMessage(2201, LogLevel.Debug, "{Accepted} accepted, {Unprocessed} to be sent again.")]
    public static partial void BatchAccepted(this ILogger logger, ReadingCount accepted, int unprocessed);

    [LoggerMessage(2202, LogLevel.Warning, "The upload is delayed: {Waiting} waiting, next attempt in {Delay}. {Fault}")]
    public static partial void UploadDelayed(this ILogger logger, string fault, ReadingCount waiting, Duration delay);

    [LoggerMessage(2203, LogLevel.Error, "The upload is held until this is mended; {Waiting} waiting, none dropped for it, next attempt in {Delay}. {Fault}")]
    public static partial void UploadParked(this ILogger logger, string fault, ReadingCount waiting, Duration delay);

    [LoggerMessage(2204, LogLevel.Information, "The upload works again.")]
    public static partial void DeliveryWorksAgain(this ILogger logger);

    [LoggerMessage(2205, LogLevel.Error, "The reading {SerialNumber} {Timestamp} can never be accepted and was set aside in the spool's table dead_letters: {Reason}")]
    public static partial void RecordSetAside(this ILogger logger, string serialNumber, string timestamp, string reason);

    [LoggerMessage(2206, LogLevel.Error, "Row {Sequence} of the spool is damaged and was set aside in the table dead_letters: {Reason}")]
    public static partial void RecordDamaged(this ILogger logger, long sequence, string reason);

    [LoggerMessage(2207, LogLevel.Information, "The credentials are refused; new ones are fetched. {Fault}")]
    public static partial void CredentialsRefused(this ILogger logger, string fault);

    [LoggerMessage(2208, LogLevel.Information, "The role may not describe the table {Table}: its keys are not checked beforehand.")]
    public static partial void TableNotDescribed(this ILogger logger, string table);

    [LoggerMessage(2209, LogLevel.Information, "All readings are delivered.")]
    public static partial void Drained(this ILogger logger);

    [LoggerMessage(2210, LogLevel.Information, "Upload stopped: {Total} delivered, {Waiting} waiting in the spool.")]
    public static partial void UploadStopped(this ILogger logger, ReadingCount total, long waiting);

    [LoggerMessage(2211, LogLevel.Error, "The spool failed under the upload, which is tried again: {Problem}")]
    public static partial void SpoolFailed(this ILogger logger, string problem);

    [LoggerMessage(2212, LogLevel.Warning, "The device's clock is wrong by the service's; requests are signed with the service's time. {Fault}")]
    public static partial void ClockCorrected(this ILogger logger, string fault);
}
