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
    [InlineData(false, LogLevel.Warning, "2026-03-01T12:00:00.000Z warn: DeviceAgent.X[7] it works\n")]
    [InlineData(false, LogLevel.Information, "2026-03-01T12:00:00.000Z info: DeviceAgent.X[7] it works\n")]
    [InlineData(true, LogLevel.Error, "<3>DeviceAgent.X[7] it works\n")]
    [InlineData(true, LogLevel.Critical, "<2>DeviceAgent.X[7] it works\n")]
    [InlineData(true, LogLevel.Trace, "<7>DeviceAgent.X[7] it works\n")]
    public void LogLine_OfAMessage_HasTimeOrPriority(bool forJournal, LogLevel level, string expected) =>
        Assert.Equal(expected, Line(forJournal, level, "it works", null));

    /// <summary>What a service, a file or a client said, in a message and in the causes of an exception.</summary>
    [Fact]
    public void LogLine_TextFromOutside_IsOneLineThatCanBePrinted()
    {
        var cause = new IOException("inner\n<2>forged\u001b]0;title\a");
        var line = Line(forJournal: true, LogLevel.Error, "said \u202egnihton\u2028<2>forged\r\n", new InvalidOperationException("outer\u0085", cause));
        Assert.StartsWith("<3>DeviceAgent.X[7] said  gnihton <2>forged", line, StringComparison.Ordinal);
        Assert.Contains("inner <2>forged ]0;title ", line, StringComparison.Ordinal);
        Assert.Equal(line.Length - 1, line.IndexOf('\n', StringComparison.Ordinal));
        Assert.DoesNotContain(line[..^1], c => char.IsControl(c) || c is '\u202e' or '\u2028');
    }

    [Fact]
    public void LogLine_Endless_IsCut() => Assert.InRange(Line(forJournal: false, LogLevel.Error, new string('x', 1_000_000), null).Length, 1000, 20_000);

    private static string Line(bool forJournal, LogLevel level, string message, Exception? exception)
    {
        using var writer = new StringWriter { NewLine = "\n" };
        var time = new ManualTimeProvider(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
        new LogLine(forJournal, time).Write(new LogEntry<string>(level, "DeviceAgent.X", 7, message, exception, (text, _) => text), null, writer);
        return writer.ToString();
    }
}
