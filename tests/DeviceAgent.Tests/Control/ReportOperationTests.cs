using System.Text.Json;
using DeviceAgent.Control;
using DeviceAgent.Diagnostics;
using DeviceAgent.TestSupport;

namespace DeviceAgent.Tests.Control;

public sealed class ReportOperationTests : IChangeProgress
{
    private static readonly DateTimeOffset _at = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Execute_TellsFindingsAndLinesAndChangesNothing()
    {
        var lines = new RecentLines(new ManualTimeProvider()) { KeepsLines = true };
        lines.Note(new LoggedLine(_at, "info", "upload", 1204, "uploads again\u001b[31m"), isProblem: false);
        lines.Note(new LoggedLine(_at.AddSeconds(61), "warn", "control", 2600, "lost"), isProblem: true);
        using var document = JsonDocument.Parse("""{"operation":"report"}""");

        var outcome = await new ReportOperation(_ => Task.FromResult<IReadOnlyList<string>>(["1 warning: disk.", "WARN disk: full"]), lines).ExecuteAsync(document.RootElement, this, CancellationToken.None);

        Assert.Equal((ChangeResult.Applied, null), (outcome.Result, outcome.Code));
        Assert.Equal(new Dictionary<string, string>
        {
            ["doctor"] = "1 warning: disk.␤WARN disk: full",
            ["log-1"] = "2026-03-01 12:00:00 info upload[1204] uploads again [31m␤2026-03-01 12:01:01 warn control[2600] lost",
        }, outcome.Details);
    }

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(1, 10, 1)]
    [InlineData(1000, 10, 7)]
    [InlineData(1000, 5000, 7)]
    public void Pack_HoweverMuchWasLogged_FitsWhatAwsIotTakesAndKeepsTheNewest(int count, int length, int parts)
    {
        var logged = Enumerable.Range(0, count).Select(i => new LoggedLine(_at.AddSeconds(i), "info", "upload", 1, $"{i} {new string('x', length)}")).ToList();

        var details = ReportOperation.Pack(["All is well."], logged);

        Assert.Equal(parts + 1, details.Count);
        Assert.All(details.Values, value => Assert.InRange(value.Length, 1, 1024));
        var told = string.Join('␤', Enumerable.Range(1, parts).Select(i => details[$"log-{i}"])).Split('␤', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(logged.TakeLast(told.Length).Select(l => l.Message.Split(' ')[0]), told.Select(l => l.Split(' ')[4]));
    }

    void IChangeProgress.Reached(string step)
    {
    }
}
