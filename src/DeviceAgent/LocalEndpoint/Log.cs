using Microsoft.Extensions.Logging;

namespace DeviceAgent.LocalEndpoint;

internal static partial class Log
{
    [LoggerMessage(2400, LogLevel.Information, "Local programs are answered on {Door}.")]
    public static partial void DoorOpened(this ILogger logger, Door door);

    [LoggerMessage(2401, LogLevel.Error, "Local programs are not answered on {Door}: {Problem}. The agent goes on, and tries again every {Seconds} s.")]
    public static partial void DoorNotOpened(this ILogger logger, Door door, string problem, double seconds);

    [LoggerMessage(2402, LogLevel.Error, "The answer to {Path} was broken off: {Problem}")]
    public static partial void AnswerBroken(this ILogger logger, string? path, string problem);

    [LoggerMessage(2403, LogLevel.Warning, "Readings of local programs that came last could not be committed, which they are told: {Problem}")]
    public static partial void LastCommitFailed(this ILogger logger, string problem);
}
