using DeviceAgent.Credentials.Text;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Spool;

internal static partial class Log
{
    [LoggerMessage(2100, LogLevel.Information, "Spool {Path} opened (SQLite {SqliteVersion}); waiting for upload: {Count}.")]
    public static partial void SpoolOpened(this ILogger logger, string path, string sqliteVersion, ReadingCount count);

    [LoggerMessage(2101, LogLevel.Information, "Spool closed; waiting for upload: {Count}.")]
    public static partial void SpoolClosed(this ILogger logger, ReadingCount count);

    [LoggerMessage(2102, LogLevel.Error, "Readings are held in memory, {Limit} at most, until the disk can be used again: {Problem}")]
    public static partial void SpoolInMemory(this ILogger logger, int limit, string problem);

    [LoggerMessage(2103, LogLevel.Information, "The disk can be used again: {Count} went from memory to the spool.")]
    public static partial void SpoolOnDiskAgain(this ILogger logger, ReadingCount count);

    [LoggerMessage(2104, LogLevel.Critical, "The spool {Path} is damaged ({Problem}). It was moved to {Quarantined}; {Readings} and {DeadLetters} were saved from it into a new one.")]
    public static partial void SpoolQuarantined(this ILogger logger, string path, string problem, string quarantined, ReadingCount readings, DeadLetterCount deadLetters);

    [LoggerMessage(2105, LogLevel.Warning, "The spool has reached its bound: {Low} low, {Normal} normal and {Critical} critical readings were dropped since the last message.")]
    public static partial void ReadingsEvicted(this ILogger logger, long low, long normal, long critical);

    [LoggerMessage(2106, LogLevel.Warning, "The dead letters have reached their bound; deleted, the oldest first: {Count}.")]
    public static partial void DeadLettersDropped(this ILogger logger, DeadLetterCount count);

    [LoggerMessage(2107, LogLevel.Critical, "{Count} lost by the medium: stored, and no longer there after the file was opened again.")]
    public static partial void ReadingsLost(this ILogger logger, ReadingCount count);

    [LoggerMessage(2108, LogLevel.Error, "{Count} lost, because held in memory when the spool was closed: {Problem}")]
    public static partial void MemoryLost(this ILogger logger, ReadingCount count, string? problem);

    [LoggerMessage(2109, LogLevel.Warning, "State directory: {Problem}")]
    public static partial void StateDirectoryProblem(this ILogger logger, string problem);

    [LoggerMessage(2110, LogLevel.Warning, "A new spool was made at {Path} in the place of the one that was removed or moved: {Readings} and {DeadLetters} that it still held are in the new one.")]
    public static partial void SpoolRenewed(this ILogger logger, string path, ReadingCount readings, DeadLetterCount deadLetters);

    [LoggerMessage(2111, LogLevel.Warning, "Another spool lay at {Path} in the place of the agent's own. It was moved to {Aside}; {Readings} and {DeadLetters} of it are in the agent's spool now under new numbers; in that file alone, for want of room (spool.quotaMegabytes): {Left}.")]
    public static partial void ForeignSpoolSetAside(this ILogger logger, string path, string aside, ReadingCount readings, DeadLetterCount deadLetters, ReadingCount left);

    [LoggerMessage(2112, LogLevel.Error, "The spool met what nobody expected: its file is opened again. Please report this.")]
    public static partial void SpoolUnexpected(this ILogger logger, Exception error);

    [LoggerMessage(2113, LogLevel.Critical, "The log of the spool, {Path}, is damaged: readings that were committed behind the damage are lost. A copy of it is {Aside}.")]
    public static partial void SpoolLogDamaged(this ILogger logger, string path, string aside);
}
