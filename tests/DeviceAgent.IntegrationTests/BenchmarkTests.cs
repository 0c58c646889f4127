using System.Xml.Linq;
using DeviceAgent.Benchmarks.Comparison;
using DeviceAgent.Rigs.Support;
using Xunit.Abstractions;

namespace DeviceAgent.IntegrationTests;

/// <summary>That scripts/benchmark.sh still runs; its figures are nobody's business here.</summary>
public sealed class BenchmarkTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Compare_FewReadings_AllArriveAndEveryRowHasItsFigures()
    {
        var small = new ComparisonOptions { Runs = 1, Readings = 30, Backlog = 60, Idle = TimeSpan.Zero, Python = await Python.WithBoto3Async() };
        var own = Row.All.Except([Row.Flash10, Row.Flash1]).ToList();

        var agent = await CompareAsync(small with { Peers = ["agent"], Rows = [.. ComparisonOptions.AllRows.Except(["flash"])] });
        var loops = await CompareAsync(small with { Peers = ["boto3", "js", "dotnet"], Rows = ["idle", "fetch", "batch"] });
        var cli = await CompareAsync(small with { Peers = ["cli"], Rows = ["first", "batch"] });

        Assert.All(own, r => Assert.Single(agent.Comparison.Values(r, "agent")));
        Assert.All(loops.Peers, p => Assert.All([Row.IdleMemory, Row.Fetch, Row.BatchWhole, Row.PeakMemory, Row.Wire], r => Assert.True(loops.Comparison.Median(r, p.Key) > 0)));
        Assert.All([Row.FirstCredentials, Row.FirstStored, Row.BatchWhole, Row.PeakMemory], r => Assert.True(cli.Comparison.Median(r, "cli") > 0));
        Assert.Equal(own.Select(r => r.Title), new ComparisonReport(agent.Comparison, agent.Peers).Table().Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(2).Select(l => l.Split('|')[1].Trim()));
        Assert.NotEmpty(XDocument.Parse(new ComparisonPicture(loops.Comparison, loops.Peers).Svg()).Root!.Elements());
    }

    private async Task<(PeerComparison Comparison, IReadOnlyList<(string Key, string Name)> Peers)> CompareAsync(ComparisonOptions options)
    {
        var comparison = new PeerComparison(options, output.WriteLine);
        return (comparison, await comparison.RunAsync());
    }
}
