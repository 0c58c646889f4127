using System.Net;
using DeviceAgent.Rigs.Support;

namespace DeviceAgent.IntegrationTests;

/// <summary>Whether readings arrive, by the exit code and the first line of <c>device-agent status</c>, and by <c>GET /healthz</c>.</summary>
public sealed class StatusTests
{
    [Fact]
    public async Task Status_ReadingsArrive_ThenTheRoleIsTakenAway_SaysBoth()
    {
        await using var cloud = await TestCloud.StartAsync();
        var configuration = await cloud.DeviceAsync();
        await using var agent = RunningAgent.Run(configuration, "upload.maxDelaySeconds=0", "upload.parkedRetrySeconds=1");
        await cloud.WaitForRowsAsync(TestCloud.Thing, 2, agent);
        using var socket = UnixHttp.Client(Path.Combine(Path.GetDirectoryName(configuration)!, "state", "device-agent.sock"));
        Assert.Equal((HttpStatusCode.OK, """{"live":true,"ready":true,"reason":null}"""), await HealthAsync());
        var (code, text) = await StatusAsync();
        Assert.Equal(0, code);
        Assert.StartsWith("healthy\n", text, StringComparison.Ordinal);
        Assert.Matches(@"\nreading       thermostat-01, 20\d\d-.* ago\): .*Temperature [0-9.]+", text);

        // Without a terminal one look follows the other; the agent's end does not end it.
        await using var watch = RunningAgent.Start(["status", "--config", configuration, "--watch", "--interval", "0.2"]);
        await watch.WaitForOutputAsync("healthy");

        await cloud.DynamoDb.DeleteTableAsync(TestCloud.Thing);
        using var patience = new CancellationTokenSource(RunningAgent.Patience);
        while ((await HealthAsync()).Status == HttpStatusCode.OK) patience.Token.ThrowIfCancellationRequested();
        (code, text) = await StatusAsync();
        Assert.Equal(4, code);
        Assert.Matches(@"^NOT uploading since 20\d\d-\d\d-\d\d \d\d:\d\dZ \(.*\): upload: ", text);
        await watch.WaitForOutputAsync("NOT uploading since ");
        Assert.Equal(0, await agent.TerminateAsync());
        await watch.WaitForOutputAsync("no agent listens on ");
        Assert.False(watch.HasExited);
        Assert.DoesNotContain('\u001b', watch.Output);

        async Task<(int Code, string Text)> StatusAsync()
        {
            await using var status = RunningAgent.Start(["status", "--config", configuration]);
            return (await status.WaitForExitAsync(), status.Output);
        }

        async Task<(HttpStatusCode Status, string Text)> HealthAsync()
        {
            using var answer = await socket.GetAsync(new Uri("/healthz", UriKind.Relative));
            return (answer.StatusCode, (await answer.Content.ReadAsStringAsync()).Trim());
        }
    }
}
