using Microsoft.Extensions.Logging;

namespace DeviceAgent.Readings;

internal static partial class Log
{
    [LoggerMessage(2000, LogLevel.Information, "Reading from {Source} as {SerialNumber}.")]
    public static partial void SourceStarted(this ILogger logger, string source, string serialNumber);

    [LoggerMessage(2001, LogLevel.Information, "The source has ended after {Readings} readings; what is in the spool is uploaded, then the agent ends.")]
    public static partial void SourceEnded(this ILogger logger, long readings);

    [LoggerMessage(2002, LogLevel.Warning, "A reading was refused ({Count} since the last message): {Problem}.")]
    public static partial void ReadingRefused(this ILogger logger, string problem, int count);

    [LoggerMessage(2003, LogLevel.Error, "A reading could not be stored ({Count} since the last message): {Problem}")]
    public static partial void ReadingNotStored(this ILogger logger, string problem, int count);

    [LoggerMessage(2004, LogLevel.Warning, "Line {Line} of the input was refused: {Problem}.")]
    public static partial void LineRefused(this ILogger logger, long line, string problem);

    [LoggerMessage(2005, LogLevel.Warning, "Line {Line} of the recording was skipped ({Count} since the last message): {Problem}.")]
    public static partial void LineSkipped(this ILogger logger, long line, string? problem, int count);

    [LoggerMessage(2006, LogLevel.Information, "The recording was played (round {Round}): {Played} readings, {Skipped} lines skipped.")]
    public static partial void RecordingPlayed(this ILogger logger, int round, long played, long skipped);

    [LoggerMessage(2007, LogLevel.Information, "Sensor {Sensor} found.")]
    public static partial void SensorFound(this ILogger logger, string sensor);

    [LoggerMessage(2008, LogLevel.Warning, "Sensor {Sensor} is left out: {Problem}.")]
    public static partial void SensorFails(this ILogger logger, string sensor, string problem);

    [LoggerMessage(2009, LogLevel.Information, "Sensor {Sensor} works again.")]
    public static partial void SensorWorksAgain(this ILogger logger, string sensor);

    [LoggerMessage(2010, LogLevel.Warning, "No sensor was found: no thermal zone, hwmon, IIO device or 1-wire thermometer. Is the driver loaded (source.sysfsRoot, dtoverlay)?")]
    public static partial void NoSensors(this ILogger logger);

    [LoggerMessage(2012, LogLevel.Information, "{Count} readings that waited for it have their timestamps now.")]
    public static partial void Restamped(this ILogger logger, int count);

    [LoggerMessage(2013, LogLevel.Error, "Readings could not be given their timestamps, it is tried again: {Problem}")]
    public static partial void NotRestamped(this ILogger logger, string problem);

    [LoggerMessage(2011, LogLevel.Critical, "The source cannot be read: {Problem}")]
    public static partial void SourceFailed(this ILogger logger, string problem);
}
