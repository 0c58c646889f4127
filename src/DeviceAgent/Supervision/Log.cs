using Microsoft.Extensions.Logging;

namespace DeviceAgent.Supervision;

internal static partial class Log
{
    [LoggerMessage(3000, LogLevel.Warning, "The supervisor does not hear the agent: NOTIFY_SOCKET: {Problem}")]
    public static partial void NotNotified(this ILogger logger, string problem);
}
