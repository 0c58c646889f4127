using DeviceAgent.Credentials.Text;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Clock;

internal static partial class Log
{
    [LoggerMessage(2500, LogLevel.Information, "The time is not known yet: the system's clock says {SystemTime:u} and nobody confirms it. Readings are kept and get their timestamps when AWS answers or the kernel is synchronised (on a device with a battery-backed clock: clock.trustSystemTime).")]
    public static partial void TimeUnknown(this ILogger logger, DateTimeOffset systemTime);

    [LoggerMessage(2501, LogLevel.Information, "The time is known: {Time:u}, by {Origin}; the system's clock is {Difference}.")]
    public static partial void TimeKnown(this ILogger logger, DateTimeOffset time, TimeWitness origin, ClockDifference difference);

    [LoggerMessage(2502, LogLevel.Warning, "The time was {Difference} and is corrected to {Time:u}, by {Origin}. Set up time synchronisation if this happens again.")]
    public static partial void TimeCorrected(this ILogger logger, ClockDifference difference, DateTimeOffset time, TimeWitness origin);

    [LoggerMessage(2503, LogLevel.Warning, "AWS says that it is {Date:u}, which is before this agent was built: not believed.")]
    public static partial void DateNotBelieved(this ILogger logger, DateTimeOffset date);

    [LoggerMessage(2504, LogLevel.Warning, "The agent goes on without the last known time: {Problem}.")]
    public static partial void LastKnownTimeNotRead(this ILogger logger, string problem);

    [LoggerMessage(2505, LogLevel.Warning, "The time could not be saved to {Path}, it is tried again in an hour: {Problem}")]
    public static partial void LastKnownTimeNotSaved(this ILogger logger, string path, string problem);
}

/// <summary>In a log: who says what time it is.</summary>
internal readonly record struct TimeWitness(TimeOrigin Origin)
{
    public static implicit operator TimeWitness(TimeOrigin origin) => new(origin);

    public override string ToString() => Origin switch
    {
        TimeOrigin.Server => "an answer of AWS",
        TimeOrigin.Kernel => "the kernel, which is synchronised",
        TimeOrigin.EarlierRun => "an earlier run since the same boot",
        TimeOrigin.System => "the system's clock (clock.trustSystemTime)",
        _ => "nobody",
    };
}
