using System.Text.Json.Nodes;
using DeviceAgent.Rigs.Support;
using DeviceAgent.Testbed.Demo;
using DeviceAgent.Testbed.Jobs;
using DeviceAgent.Testbed.Shadow;

namespace DeviceAgent.IntegrationTests;

/// <summary>One device from its first start to its last, by the agent's program alone: nothing here is done in the tests' process.</summary>
[Trait(EveryCpu.Name, EveryCpu.Value)]
public sealed class WholeLifeTests
{
    private const string Thing = TestCloud.Thing;

    [Fact]
    public async Task Version_Asked_NamesVersionCommitAndDay()
    {
        await using var agent = RunningAgent.Start(["--version"]);

        Assert.Equal(0, await agent.WaitForExitAsync());
        Assert.Matches(@"^device-agent \d+\.\d+\.\d+\S* \(commit ([0-9a-f]{12}|unknown), built \d{4}-\d\d-\d\d\)\n$", agent.Output);
    }

    [Fact]
    public async Task Check_GoodAndBadConfiguration_SaysSo()
    {
        await using var cloud = await TestCloud.StartAsync();
        var configuration = await cloud.DeviceAsync();

        await using var good = RunningAgent.Start(["check", "--config", configuration]);
        Assert.Equal(0, await good.WaitForExitAsync());

        await using var bad = RunningAgent.Start(["check", "--config", configuration, "--set", "upload.batchSize=0", "--set", "privateKeyPath=absent.key"]);
        Assert.Equal(78, await bad.WaitForExitAsync());
        Assert.Contains("upload.batchSize", bad.Output);
        Assert.Contains("privateKeyPath", bad.Output);
    }

    [Fact]
    public async Task Agent_RotatedKilledRestartedAndTerminated_EveryRowEqualsItsLine()
    {
        await using var cloud = await TestCloud.StartAsync();
        var configuration = await cloud.DeviceAsync();
        RoleAliases.Add(cloud, "next", RoleAliases.IotTrust, "dynamodb:BatchWriteItem", isAllowed: true);

        await using (var agent = RunningAgent.Run(configuration, "upload.maxDelaySeconds=1"))
        {
            await cloud.WaitForRowsAsync(Thing, 20, agent);
            await ReportedAsync(cloud, agent, s => (string?)s["health"] == "ok");
            cloud.Cloud.Jobs.Control.Create(
                "rotate", """{"operation":"rotate-role-alias","roleAlias":"next"}""", [Testbed.Registry.Thing.ArnOf(Thing)], TargetSelection.Snapshot, new JobSettings(), schedule: null);
            await ReportedAsync(cloud, agent, s => (string?)s["roleAlias"] == "next");
            await UntilAsync(() => cloud.Cloud.Jobs.Control.Get("rotate").Status == JobStatus.Completed, agent);
            await cloud.WaitForRowsAsync(Thing, (await cloud.ItemsAsync(Thing)).Count + 10, agent);
            await agent.KillAsync();
        }

        var before = (await cloud.ItemsAsync(Thing)).Count;
        await using var again = RunningAgent.Run(configuration, "upload.maxDelaySeconds=1", "source.speed=6000");
        await cloud.WaitForRowsAsync(Thing, Math.Max(before + 50, 500), again);
        await ReportedAsync(cloud, again, s => (string?)s["roleAlias"] == "next");
        Assert.Equal(0, await again.TerminateAsync());

        var landed = await LandedReadings.CompareAsync(cloud.DynamoDb, Thing, RoomReadings.Load(), CancellationToken.None);
        Assert.Empty(landed.Faults);
    }

    /// <summary>Waits for what the agent reports by MQTT.</summary>
    private static Task ReportedAsync(TestCloud cloud, RunningAgent agent, Func<JsonNode, bool> isSo) =>
        UntilAsync(() => cloud.Cloud.Shadows.Find(ShadowKey.Of(Thing, ShadowService.AgentShadow)!)?["state"]?["reported"] is { } reported && isSo(reported), agent);

    private static async Task UntilAsync(Func<bool> isSo, RunningAgent agent)
    {
        using var timeout = new CancellationTokenSource(RunningAgent.Patience);
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        try
        {
            while (!isSo()) await poll.WaitForNextTickAsync(timeout.Token);
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"what was waited for did not come; the agent said:\n{agent.Output}");
        }
    }
}
