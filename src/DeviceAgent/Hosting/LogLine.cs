using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using DeviceAgent.Credentials.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace DeviceAgent.Hosting;

/// <summary>
/// A line of the log, for a terminal or for systemd's journal. Whatever a message or an exception quotes, and whoever logs it (the framework, too): what comes
/// out is one line that can be printed.
/// </summary>
/// <param name="format">How.</param>
/// <param name="time">The system's clock, as it is.</param>
internal sealed class LogLine(LogFormat format, TimeProvider time) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "agent";

    /// <summary>An exception with its causes has some 4000 characters.</summary>
    private const int Longest = 16 * 1024;

    private static readonly JsonWriterOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var (component, id) = (ComponentOf(logEntry.Category), logEntry.EventId.Id);
        var message = logEntry.Formatter(logEntry.State, logEntry.Exception);
        if (format == LogFormat.Json)
        {
            textWriter.WriteLine(JsonOf(logEntry.LogLevel, component, id, PrintableText.Of(message, Longest), PrintableText.Of(logEntry.Exception?.ToString(), Longest)));
            return;
        }

        textWriter.Write(format == LogFormat.Journal ? Priority(logEntry.LogLevel) : $"{Now} {NameOf(logEntry.LogLevel)}: ");
        textWriter.WriteLine(PrintableText.Of(string.Create(CultureInfo.InvariantCulture, $"{component}[{id}] {message}{(logEntry.Exception is { } e ? $" {e}" : "")}"), Longest));
    }

    private string Now => time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private string JsonOf(LogLevel level, string component, int id, string message, string? exception)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, Json))
        {
            json.WriteStartObject();
            json.WriteString("time", Now);
            json.WriteString("level", NameOf(level));
            json.WriteString("component", component);
            json.WriteNumber("event", id);
            json.WriteString("message", message);
            if (exception is not null) json.WriteString("exception", exception);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>The part of the agent, as the folders of the source have it: <c>spool</c> of DeviceAgent.Spool.SqliteSpool, <c>role-alias</c>.</summary>
    internal static string ComponentOf(string category)
    {
        const string own = "DeviceAgent.", web = "Microsoft.AspNetCore.", hosting = "Hosting";
        if (category.StartsWith(web, StringComparison.Ordinal)) return "web";
        if (!category.StartsWith(own, StringComparison.Ordinal)) return category.StartsWith("Microsoft.", StringComparison.Ordinal) ? "runtime" : category;
        var folder = category[own.Length..].Split('.')[0];
        return folder == hosting ? "agent" : JsonNamingPolicy.KebabCaseLower.ConvertName(folder);
    }

    internal static string NameOf(LogLevel level) => level switch
    {
        LogLevel.Trace => "trace",
        LogLevel.Debug => "debug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warn",
        LogLevel.Error => "error",
        _ => "critical",
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

/// <summary>The key <c>logFormat</c>.</summary>
internal enum LogFormat
{
    /// <summary>As the journal wants it where that is the output, else text.</summary>
    Auto,

    /// <summary>Time, level, component, event id, message: for people.</summary>
    Text,

    /// <summary>An object a line.</summary>
    Json,

    /// <summary>With the level as <c>&lt;3&gt;</c> and without the time, which the journal has.</summary>
    Journal,
}
