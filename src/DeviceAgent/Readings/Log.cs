using DeviceAgent.Credentials.Text;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Readings;

internal static partial class Log
{
    [LoggerMessage(2000, LogLevel.Information, "Reading from the source {Source} as {SerialNumber}.")]
    public static partial void SourceStarted(this ILogger logger, string source, string serialNumber);

    [LoggerMessage(2001, LogLevel.Information, "The source has ended after {Readings}; what is in the spool is uploaded, then the agent ends.")]
    public static partial void SourceEnded(this ILogger logger, ReadingCount readings);

    [LoggerMessage(2002, LogLevel.Warning, "A reading was refused ({Count} since the last message): {Problem}.")]
    public static partial void ReadingRefused(this ILogger logger, string problem, int count);

    [LoggerMessage(2003, LogLevel.Error, "A reading could not be stored ({Count} since the last message): {Problem}")]
    public static partial void ReadingNotStored(this ILogger logger, string problem, int count);

    [LoggerMessage(2004, LogLevel.Warning, "Skipped of the input: {Count} ({Lines}); the exit code is 65.")]
    public static partial void LinesSkipped(this ILogger logger, LineCount count, string lines);

    [LoggerMessage(2005, LogLevel.Warning, "The recording: {Notice}.")]
    public static partial void FormDecided(this ILogger logger, string notice);

    [LoggerMessage(2006, LogLevel.Information, "The recording was played (round {Round}): {Played}, {Skipped} skipped.")]
    public static partial void RecordingPlayed(this ILogger logger, int round, ReadingCount played, LineCount skipped);

    [LoggerMessage(2007, LogLevel.Information, "Sensor {Sensor} found: {Id}.")]
    public static partial void SensorFound(this ILogger logger, string sensor, string id);

    [LoggerMessage(2008, LogLevel.Warning, "Sensor {Sensor} is left out: {Problem}.")]
    public static partial void SensorFails(this ILogger logger, string sensor, string problem);

    [LoggerMessage(2009, LogLevel.Information, "Sensor {Sensor} works again.")]
    public static partial void SensorWorksAgain(this ILogger logger, string sensor);

    [LoggerMessage(2010, LogLevel.Warning, "No sensor was found: no thermal zone, hwmon, IIO device or 1-wire thermometer. Is the driver loaded (source.sysfsRoot, dtoverlay)?")]
    public static partial void NoSensors(this ILogger logger);

    [LoggerMessage(2012, LogLevel.Information, "The time is known now: {Count} that waited for it got timestamps.")]
    public static partial void Restamped(this ILogger logger, ReadingCount count);

    [LoggerMessage(2013, LogLevel.Error, "Readings could not be given their timestamps, it is tried again: {Problem}")]
    public static partial void NotRestamped(this ILogger logger, string problem);

    [LoggerMessage(2030, LogLevel.Information, "The source {Source} has ended after {Readings}; the others go on.")]
    public static partial void OneSourceEnded(this ILogger logger, string source, ReadingCount readings);

    [LoggerMessage(2031, LogLevel.Warning, "Of the sensors chosen by the key sensors none is here that fits {Keys}. Here are: {Sensors}.")]
    public static partial void SensorsChosenAbsent(this ILogger logger, string keys, string sensors);

    [LoggerMessage(2011, LogLevel.Critical, "The source cannot be read: {Problem}")]
    public static partial void SourceFailed(this ILogger logger, string problem);

    [LoggerMessage(2014, LogLevel.Warning, "Sensor {Sensor} ({Id}) is left out: {Value} is {Problem}. Its values are counted as sensors.out_of_range.")]
    public static partial void SensorOutOfRange(this ILogger logger, string sensor, string id, decimal value, string problem);

    [LoggerMessage(2015, LogLevel.Warning, "At {Id} there is {Chip} now, where {Before} was as {Name}: it gets a name of its own. To go on with the old one, set source.names.")]
    public static partial void SensorReplaced(this ILogger logger, string id, string chip, string before, string name);

    [LoggerMessage(2016, LogLevel.Warning, "A sensor is new at {Id}; {Name}, of the same kind, is no longer at {Before}. It gets a name of its own: if it is the same sensor, set source.names to go on with the old one.")]
    public static partial void SensorMoved(this ILogger logger, string id, string name, string before);

    [LoggerMessage(2017, LogLevel.Warning, "The sensors {Series} are told apart by nothing but the kernel's numbers, and there were {Before}, now {Now}: which of them has which name may have changed.")]
    public static partial void SensorsNotToldApart(this ILogger logger, string series, int before, int now);

    [LoggerMessage(2018, LogLevel.Information, "Sensor {Sensor} is at {Id} now, it was at {Before}.")]
    public static partial void SensorFoundElsewhere(this ILogger logger, string sensor, string id, string before);

    [LoggerMessage(2019, LogLevel.Warning, "The names of the sensors were lost, they are given anew: {Problem}.")]
    public static partial void SensorNamesLost(this ILogger logger, string problem);

    [LoggerMessage(2020, LogLevel.Warning, "The names of the sensors are remembered only until the agent ends: {Problem}")]
    public static partial void SensorNamesNotWritten(this ILogger logger, string problem);

    [LoggerMessage(2021, LogLevel.Warning, "source.names: {Problem}. The sensors that are there: {Ids}.")]
    public static partial void SensorNamesUnused(this ILogger logger, string problem, string ids);

    [LoggerMessage(2022, LogLevel.Information, "Sensor {Sensor} of an earlier run is not there: {Id}. Its name is kept for it.")]
    public static partial void SensorMissing(this ILogger logger, string sensor, string id);

    [LoggerMessage(2023, LogLevel.Warning, "The open windows of the last run were lost: {Problem}.")]
    public static partial void WindowsLost(this ILogger logger, string problem);

    [LoggerMessage(2024, LogLevel.Warning, "Open windows are kept in memory only, until the file can be written: {Problem}")]
    public static partial void WindowsNotSaved(this ILogger logger, string problem);

    [LoggerMessage(2025, LogLevel.Warning, "Readings of {SerialNumber} are not reduced: the open windows hold as much as they may. They are sent as they are.")]
    public static partial void NoRoomForWindows(this ILogger logger, string serialNumber);

    [LoggerMessage(2026, LogLevel.Information, "Source: {Notice}.")]
    public static partial void SourceNoticed(this ILogger logger, string notice);

    [LoggerMessage(2027, LogLevel.Warning, "Source: {Notice}.")]
    public static partial void ReadingsMadeUp(this ILogger logger, string notice);

    [LoggerMessage(2028, LogLevel.Warning, "The names that sensors were given before are not known here, those shown would be given anew: {Problem}.")]
    public static partial void SensorNamesNotRead(this ILogger logger, string problem);
}
