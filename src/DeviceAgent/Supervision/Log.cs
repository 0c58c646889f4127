using Microsoft.Extensions.Logging;

namespace DeviceAgent.Supervision;

internal static partial class Log
{
    [LoggerMessage(3000, LogLevel.Warning, "The supervisor does not hear the agent: NOTIFY_SOCKET: {Problem}")]
    public static partial void NotNotified(this ILogger logger, string problem);

    [LoggerMessage(3001, LogLevel.Critical, "A loop hangs: {Loops}. The watchdog gets no more pings until it comes back; the supervisor will end the agent and start it anew.")]
    public static partial void LoopHangs(this ILogger logger, string loops);

    [LoggerMessage(3002, LogLevel.Warning, "All loops live again: the watchdog is fed.")]
    public static partial void LoopsLive(this ILogger logger);
}
