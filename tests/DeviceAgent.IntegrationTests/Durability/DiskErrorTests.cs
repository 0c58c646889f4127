using System.Globalization;
using DeviceAgent.Rigs.Disks;
using DeviceAgent.Rigs.Support;
using Xunit.Abstractions;

namespace DeviceAgent.IntegrationTests.Durability;

/// <summary>The state directory's disk gives errors, for which the kernel makes it read-only. The agent goes on in memory, and readings arrive.</summary>
public sealed class DiskErrorTests(ITestOutputHelper output)
{
    private const string Thing = "thermostat-01";
    private const int Step = 40;

    private static readonly DateTime _start = new(2026, 1, 5, 10, 0, 0, DateTimeKind.Utc);
    private int _written;

    [Fact]
    public async Task DiskThatIsWornOut_ReadingsArriveAll()
    {
        if (!RootRights.Available(output)) return;
        await using var cloud = await TestCloud.StartAsync();
        await using var shelf = await DiskShelf.CreateAsync();
        await using var agent = await StartAsync(cloud, await shelf.FormatAsync(16));
        await WriteAsync(cloud, agent);

        await shelf.WearOutAsync();
        for (var i = 0; i < 20 && !agent.Output.Contains("Readings are held in memory", StringComparison.Ordinal); i++) await WriteAsync(cloud, agent);
        await agent.WaitForOutputAsync("Readings are held in memory");
        await WriteAsync(cloud, agent);
        await EndAsync(cloud, agent);
    }

    private static async Task<RunningAgent> StartAsync(TestCloud cloud, Disk disk) => RunningAgent.Run(
        await cloud.DeviceAsync(Thing),
        $"stateDirectory={Path.Combine(disk.Folder, "state")}",
        "source.kind=stdin",
        "upload.maxDelaySeconds=0.2",
        "spool.groupCommitSeconds=0.1",
        "spool.quotaMegabytes=8",
        "spool.reserveMegabytes=0");

    /// <summary>Readings, and all of them arrive.</summary>
    private async Task WriteAsync(TestCloud cloud, RunningAgent agent)
    {
        var padding = new string('x', 900);
        for (var i = 0; i < Step; i++)
        {
            var time = _start.AddSeconds(_written++).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
            await agent.Input.WriteLineAsync($$"""{"timestamp":"{{time}}","n":{{_written}},"text":"{{padding}}"}""");
        }

        await agent.Input.FlushAsync();
        await cloud.WaitForRowsAsync(Thing, _written, agent);
    }

    private async Task EndAsync(TestCloud cloud, RunningAgent agent)
    {
        agent.Input.Close();
        Assert.Equal(0, await agent.WaitForExitAsync());
        Assert.Equal(Enumerable.Range(1, _written), (await cloud.ItemsAsync(Thing)).Select(i => int.Parse(i["n"].N, CultureInfo.InvariantCulture)).Order());
        Assert.DoesNotContain("are lost", agent.Output, StringComparison.Ordinal);
        output.WriteLine(agent.Output);
    }
}
