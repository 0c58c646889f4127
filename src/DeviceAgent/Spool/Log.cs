using Microsoft.Extensions.Logging;

namespace DeviceAgent.Spool;

internal static partial class Log
{
    [LoggerMessage(2100, LogLevel.Information, "Spool {Path} opened (SQLite {SqliteVersion}); {Count} readings wait for upload.")]
    public static partial void SpoolOpened(this ILogger logger, string path, string sqliteVersion, long count);

    [LoggerMessage(2101, LogLevel.Information, "Spool closed; {Count} readings wait for upload.")]
    public static partial void SpoolClosed(this ILogger logger, long count);

    [LoggerMessage(2102, LogLevel.Error, "Upkeep of the spool failed and is tried again: {Problem}")]
    public static partial void UpkeepFailed(this ILogger logger, string problem);
}
