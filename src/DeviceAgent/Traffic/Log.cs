using Microsoft.Extensions.Logging;

namespace DeviceAgent.Traffic;

internal static partial class Log
{
    [LoggerMessage(3100, LogLevel.Warning, "What was sent and received on this day and in this month until now is not known: {Problem}.")]
    public static partial void TrafficNotRead(this ILogger logger, string problem);

    [LoggerMessage(3101, LogLevel.Warning, "What was sent and received could not be saved to {Path}, it is tried again in ten minutes: {Problem}")]
    public static partial void TrafficNotSaved(this ILogger logger, string path, string problem);
}
