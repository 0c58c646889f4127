using Microsoft.Extensions.Logging;

namespace DeviceAgent.History;

internal static partial class Log
{
    [LoggerMessage(3200, LogLevel.Warning, "The charts of the page begin anew: {Problem}.")]
    public static partial void HistoryNotRead(this ILogger logger, string problem);

    [LoggerMessage(3201, LogLevel.Warning, "What the charts of the page show could not be saved to {Path}, it is tried again in an hour: {Problem}")]
    public static partial void HistoryNotSaved(this ILogger logger, string path, string problem);
}
