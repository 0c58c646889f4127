using DeviceAgent.Hosting;
using DeviceAgent.TestSupport;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;

namespace DeviceAgent.Tests.Hosting;

public class AgentLoggingTests
{
    [Fact]
    public void Console_NobodyReadsTheLog_IsNotWaitedFor()
    {
        using var services = new ServiceCollection().AddLogging(logging => logging.AddAgentLogging(() => LogLevel.Information)).BuildServiceProvider();
        Assert.Equal(ConsoleLoggerQueueFullMode.DropWrite, services.GetRequiredService<IOptions<ConsoleLoggerOptions>>().Value.QueueFullMode);
    }

    [Fact]
    public void Console_Lines_AreWrittenByTheAgentsOwnFormatter()
    {
        using var services = new ServiceCollection().AddLogging(logging => logging.AddAgentLogging(() => LogLevel.Information)).BuildServiceProvider();
        Assert.Equal(LogLine.FormatterName, services.GetRequiredService<IOptions<ConsoleLoggerOptions>>().Value.FormatterName);
        Assert.Contains(services.GetServices<ConsoleFormatter>(), f => f is LogLine);
    }

    [Theory]
    [InlineData("text", LogLevel.Warning, "2026-03-01T12:00:00.000Z warn: spool[7] it works\n")]
    [InlineData("auto", LogLevel.Information, "2026-03-01T12:00:00.000Z info: spool[7] it works\n")]
    [InlineData("text", LogLevel.Error, "2026-03-01T12:00:00.000Z error: spool[7] it works\n")]
    [InlineData("journal", LogLevel.Error, "<3>spool[7] it works\n")]
    [InlineData("journal", LogLevel.Critical, "<2>spool[7] it works\n")]
    [InlineData("journal", LogLevel.Trace, "<7>spool[7] it works\n")]
    [InlineData("json", LogLevel.Debug, """{"time":"2026-03-01T12:00:00.000Z","level":"debug","component":"spool","event":7,"message":"it works"}""" + "\n")]
    public void LogLine_OfAMessage_IsInItsFormat(string format, LogLevel level, string expected) =>
        Assert.Equal(expected, Line(Enum.Parse<LogFormat>(format, ignoreCase: true), level, "it works", null));

    [Theory]
    [InlineData("DeviceAgent.Spool.SqliteSpool", "spool")]
    [InlineData("DeviceAgent.RoleAlias.RoleAliasState", "role-alias")]
    [InlineData("DeviceAgent.Hosting", "agent")]
    [InlineData("DeviceAgent.Credentials.CredentialCache", "credentials")]
    [InlineData("DeviceAgent.Mqtt.MqttClient", "mqtt")]
    [InlineData("Microsoft.AspNetCore.Server.Kestrel", "web")]
    [InlineData("Microsoft.Extensions.Hosting.Internal.Host", "runtime")]
    public void ComponentOf_ACategory_IsThePartOfTheAgent(string category, string expected) => Assert.Equal(expected, LogLine.ComponentOf(category));

    [Fact]
    public void LogLine_ExceptionAsJson_IsAFieldOfOneLine()
    {
        var line = Line(LogFormat.Json, LogLevel.Error, "größe\n\"x\"", new IOException("inner\nnext"));
        using var json = System.Text.Json.JsonDocument.Parse(line);
        Assert.Equal("größe \"x\"", json.RootElement.GetProperty("message").GetString());
        Assert.StartsWith("System.IO.IOException: inner next", json.RootElement.GetProperty("exception").GetString(), StringComparison.Ordinal);
        Assert.Equal(line.Length - 1, line.IndexOf('\n', StringComparison.Ordinal));
    }

    /// <summary>What a service, a file or a client said, in a message and in the causes of an exception.</summary>
    [Fact]
    public void LogLine_TextFromOutside_IsOneLineThatCanBePrinted()
    {
        var cause = new IOException("inner\n<2>forged\u001b]0;title\a");
        var line = Line(LogFormat.Journal, LogLevel.Error, "said \u202egnihton\u2028<2>forged\r\n", new InvalidOperationException("outer\u0085", cause));
        Assert.StartsWith("<3>spool[7] said  gnihton <2>forged", line, StringComparison.Ordinal);
        Assert.Contains("inner <2>forged ]0;title ", line, StringComparison.Ordinal);
        Assert.Equal(line.Length - 1, line.IndexOf('\n', StringComparison.Ordinal));
        Assert.DoesNotContain(line[..^1], c => char.IsControl(c) || c is '\u202e' or '\u2028');
    }

    [Fact]
    public void LogLine_Endless_IsCut() => Assert.InRange(Line(LogFormat.Text, LogLevel.Error, new string('x', 1_000_000), null).Length, 1000, 20_000);

    private static string Line(LogFormat format, LogLevel level, string message, Exception? exception)
    {
        using var writer = new StringWriter { NewLine = "\n" };
        var time = new ManualTimeProvider(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
        new LogLine(format, time).Write(new LogEntry<string>(level, "DeviceAgent.Spool.SqliteSpool", 7, message, exception, (text, _) => text), null, writer);
        return writer.ToString();
    }
}
