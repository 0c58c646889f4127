using DeviceAgent.Diagnostics;
using DeviceAgent.Hosting;
using DeviceAgent.TestSupport;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Tests.Diagnostics;

public sealed class RecentLinesTests
{
    [Fact]
    public void All_AfterAnHourOrMoreThanItsBytes_HasTheNewest()
    {
        var time = new ManualTimeProvider();
        var lines = new RecentLines(time) { KeepsLines = true };
        lines.Note(Line("old"), isProblem: false);
        time.Advance(RecentLines.Kept + TimeSpan.FromSeconds(1));
        lines.Note(Line("new"), isProblem: false);
        Assert.Equal("new", Assert.Single(lines.All).Message);

        for (var i = 0; i < 1000; i++) lines.Note(Line($"{i} {new string('x', 1000)}"), isProblem: false);
        Assert.InRange(lines.All.Sum(l => l.Message.Length), 50_000, RecentLines.MostBytes);
        Assert.StartsWith("999 ", lines.All[^1].Message, StringComparison.Ordinal);
        Assert.Null(lines.LastProblem);
    }

    /// <summary>As it is logged: one printable line, whatever is quoted; without a page the last problem alone.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Logging_LinesAndTheLastProblem_AreNoted(bool keepsLines)
    {
        using var services = new ServiceCollection().AddLogging(l => l.AddAgentLogging(() => LogLevel.Information, keepsLines: keepsLines)).BuildServiceProvider();
        var logger = services.GetRequiredService<ILoggerFactory>().CreateLogger("DeviceAgent.Upload.Uploader");
        logger.LogDebug("not logged");
        logger.LogInformation(new EventId(2200), "first");
        logger.LogWarning(new EventId(2203), new IOException("cable"), "refused: {Why}", "a\u001b[31m\nb");
        logger.LogInformation(new EventId(2201), "last");
        var lines = services.GetRequiredService<RecentLines>();
        Assert.Equal(("warn", "upload", 2203), (lines.LastProblem!.Level, lines.LastProblem.Component, lines.LastProblem.Event));
        Assert.Matches(@"^refused: a[^\p{C}]+b cable$", lines.LastProblem.Message);
        Assert.Equal(keepsLines ? 3 : 0, lines.All.Count);
    }

    private static LoggedLine Line(string message) => new(DateTimeOffset.UnixEpoch, "info", "spool", 2100, message);
}
