using System.Text.Json;
using DeviceAgent.Rigs.Support;
using DeviceAgent.Testbed.Shadow;

namespace DeviceAgent.IntegrationTests;

public sealed class TrafficTests
{
    private static readonly string[] _purposes = ["credentials", "telemetry", "control"];

    [Fact]
    public async Task Status_RunningAndRestarted_HasTheBytesOfEachPurpose()
    {
        await using var cloud = await TestCloud.StartAsync();
        var configuration = await cloud.DeviceAsync();
        var key = ShadowKey.Of(TestCloud.Thing, ShadowService.AgentShadow)!;
        long before;
        await using (var agent = RunningAgent.Run(configuration))
        {
            await agent.WaitForOutputAsync("keep-alive 20 min");
            await cloud.WaitForRowsAsync(TestCloud.Thing, 20, agent);
            await TestCloud.UntilAsync(() => cloud.Cloud.Shadows.Find(key) is not null, () => "there is no shadow", agent);
            var traffic = await TrafficAsync(configuration);

            // The certificates of both sides, at least: TLS counts.
            Assert.All(_purposes, p => Assert.All(["bytes_sent", "bytes_received"], way => Assert.InRange(traffic.GetProperty("since_start").GetProperty(p).GetProperty(way).GetInt64(), 700, 10_000_000)));
            Assert.Equal(traffic.GetProperty("today").GetRawText(), traffic.GetProperty("this_month").GetRawText());
            before = traffic.GetProperty("today").GetProperty("credentials").GetProperty("bytes_received").GetInt64();
            Assert.Equal(0, await agent.TerminateAsync());
        }

        await using var again = RunningAgent.Run(configuration);
        await cloud.WaitForRowsAsync(TestCloud.Thing, (await cloud.ItemsAsync(TestCloud.Thing)).Count + 20, again);
        var continued = await TrafficAsync(configuration);
        Assert.Equal(before + Received(continued.GetProperty("since_start")), Received(continued.GetProperty("today")));
    }

    private static long Received(JsonElement counts) => counts.GetProperty("credentials").GetProperty("bytes_received").GetInt64();

    private static async Task<JsonElement> TrafficAsync(string configuration)
    {
        await using var status = RunningAgent.Start(["status", "--json", "--config", configuration]);
        Assert.Equal(0, await status.WaitForExitAsync());
        using var json = JsonDocument.Parse(status.Output);
        return json.RootElement.GetProperty("traffic").Clone();
    }
}
