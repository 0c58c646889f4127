using System.Globalization;
using DeviceAgent.Credentials.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace DeviceAgent.Hosting;

/// <summary>
/// A line of the log, for a terminal or for systemd's journal. Whatever a message or an exception quotes, and whoever logs it (the framework, too): what comes
/// out is one line that can be printed.
/// </summary>
/// <param name="forJournal">With the level as <c>&lt;3&gt;</c> and without the time, which the journal has; else as people read it.</param>
/// <param name="time">The system's clock, as it is.</param>
internal sealed class LogLine(bool forJournal, TimeProvider time) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "agent";

    /// <summary>An exception with its causes has some 4000 characters.</summary>
    private const int Longest = 16 * 1024;

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var message = logEntry.Formatter(logEntry.State, logEntry.Exception);
        var start = forJournal ? Priority(logEntry.LogLevel) : $"{time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture)} {ShortName(logEntry.LogLevel)}: ";
        var exception = logEntry.Exception is { } e ? $" {e}" : "";
        textWriter.Write(start);
        textWriter.WriteLine(PrintableText.Of($"{logEntry.Category}[{logEntry.EventId.Id.ToString(CultureInfo.InvariantCulture)}] {message}{exception}", Longest));
    }

    private static string ShortName(LogLevel level) => level switch
    {
        LogLevel.Trace => "trce",
        LogLevel.Debug => "dbug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warn",
        LogLevel.Error => "fail",
        _ => "crit",
    };

    /// <summary>As sd-daemon(3) has it.</summary>
    private static string Priority(LogLevel level) => level switch
    {
        LogLevel.Trace or LogLevel.Debug => "<7>",
        LogLevel.Information => "<6>",
        LogLevel.Warning => "<4>",
        LogLevel.Error => "<3>",
        _ => "<2>",
    };
}
