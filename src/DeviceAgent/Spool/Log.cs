using Microsoft.Extensions.Logging;

namespace DeviceAgent.Spool;

internal static partial class Log
{
    [LoggerMessage(2100, LogLevel.Information, "Spool {Path} opened (SQLite {SqliteVersion}); {Count} readings wait for upload.")]
    public static partial void SpoolOpened(this ILogger logger, string path, string sqliteVersion, long count);

    [LoggerMessage(2101, LogLevel.Information, "Spool closed; {Count} readings wait for upload.")]
    public static partial void SpoolClosed(this ILogger logger, long count);

    [LoggerMessage(2102, LogLevel.Error, "Readings are held in memory, {Limit} at most, until the disk can be used again: {Problem}")]
    public static partial void SpoolInMemory(this ILogger logger, int limit, string problem);

    [LoggerMessage(2103, LogLevel.Information, "The disk can be used again: {Count} readings went from memory to the spool.")]
    public static partial void SpoolOnDiskAgain(this ILogger logger, long count);

    [LoggerMessage(2104, LogLevel.Critical, "The spool {Path} is damaged ({Problem}). It was moved to {Quarantined}; {Readings} readings and {DeadLetters} dead letters were saved from it into a new one.")]
    public static partial void SpoolQuarantined(this ILogger logger, string path, string problem, string quarantined, long readings, long deadLetters);

    [LoggerMessage(2105, LogLevel.Warning, "The spool has reached its bound: {Low} low, {Normal} normal and {Critical} critical readings were dropped since the last message.")]
    public static partial void ReadingsEvicted(this ILogger logger, long low, long normal, long critical);

    [LoggerMessage(2106, LogLevel.Warning, "The dead letters have reached their bound: the oldest {Count} were deleted.")]
    public static partial void DeadLettersDropped(this ILogger logger, int count);

    [LoggerMessage(2107, LogLevel.Critical, "{Count} stored readings are no longer there after the file was opened again: the medium has lost them.")]
    public static partial void ReadingsLost(this ILogger logger, long count);

    [LoggerMessage(2108, LogLevel.Error, "{Count} readings were held in memory when the spool was closed and are lost: {Problem}")]
    public static partial void MemoryLost(this ILogger logger, long count, string? problem);

    [LoggerMessage(2109, LogLevel.Warning, "State directory: {Problem}")]
    public static partial void StateDirectoryProblem(this ILogger logger, string problem);

    [LoggerMessage(2110, LogLevel.Warning, "A new spool was made at {Path} in the place of the one that was removed or moved: {Readings} readings and {DeadLetters} dead letters that it still held are in the new one.")]
    public static partial void SpoolRenewed(this ILogger logger, string path, long readings, long deadLetters);

    [LoggerMessage(2111, LogLevel.Warning, "Another spool lay at {Path} in the place of the agent's own. It was moved to {Aside}; {Readings} readings and {DeadLetters} dead letters of it are in the agent's spool now under new numbers, and {Left} readings, for which there is no room (spool.quotaMegabytes), are in that file alone.")]
    public static partial void ForeignSpoolSetAside(this ILogger logger, string path, string aside, long readings, long deadLetters, long left);

    [LoggerMessage(2112, LogLevel.Error, "The spool met what nobody expected: its file is opened again. Please report this.")]
    public static partial void SpoolUnexpected(this ILogger logger, Exception error);

    [LoggerMessage(2113, LogLevel.Critical, "The log of the spool, {Path}, is damaged: readings that were committed behind the damage are lost. A copy of it is {Aside}.")]
    public static partial void SpoolLogDamaged(this ILogger logger, string path, string aside);
}
