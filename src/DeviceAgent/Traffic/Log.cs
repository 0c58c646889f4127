using DeviceAgent.Credentials.Text;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Traffic;

internal static partial class Log
{
    [LoggerMessage(3100, LogLevel.Warning, "What was sent and received on this day and in this month until now is not known: {Problem}.")]
    public static partial void TrafficNotRead(this ILogger logger, string problem);

    [LoggerMessage(3101, LogLevel.Warning, "What was sent and received could not be saved to {Path}, it is tried again in ten minutes: {Problem}")]
    public static partial void TrafficNotSaved(this ILogger logger, string path, string problem);

    [LoggerMessage(3102, LogLevel.Warning, "The data budget ({Budget}) is used faster than the time passes ({Today:0.##} MB on this day, {ThisMonth:0.##} MB in this month): the next batch waits for {Wait}, unless something in it is critical, and all go in fewer, fuller batches as long as it is short.")]
    public static partial void BudgetShort(this ILogger logger, string budget, double today, double thisMonth, Duration wait);

    [LoggerMessage(3103, LogLevel.Information, "The data budget suffices again: no reading had to wait for it for two hours.")]
    public static partial void BudgetSuffices(this ILogger logger);
}
