using DeviceAgent.Rigs.Support;
using DeviceAgent.TestSupport;

namespace DeviceAgent.IntegrationTests;

/// <summary>The agent as a process that has no other way out than a proxy with a password.</summary>
public sealed class ProxyTests
{
    private static readonly string[] Settings = ["source.kind=simulated", "source.intervalSeconds=0.1", "spool.groupCommitSeconds=0.2", "upload.maxDelaySeconds=0.5", "logLevel=trace"];

    [Fact]
    public async Task Agent_ProxyOfTheEnvironment_CredentialsAndReadingsGoThroughIt()
    {
        await using var cloud = await TestCloud.StartAsync();
        var configuration = await cloud.DeviceAsync();
        await using var proxy = new ConnectProxy { Wants = "agent:canary p@ss" };
        await using var plainProxy = new ConnectProxy();
        await using var agent = RunningAgent.Run(configuration, Settings, Environment(proxy.Port, "canary%20p%40ss", plainProxy.Port));
        await cloud.WaitForRowsAsync("thermostat-01", 10, agent);
        await agent.WaitForOutputAsync("MQTT connected");
        Assert.Equal(0, await agent.TerminateAsync());

        Assert.Contains(proxy.Heads, h => h.StartsWith($"CONNECT {cloud.Cloud.DataEndpoint} ", StringComparison.Ordinal));
        var credentials = new Uri($"https://{cloud.Cloud.CredentialsEndpoint}").Port;
        Assert.Contains(proxy.Heads, h => h.StartsWith("CONNECT ", StringComparison.Ordinal) && h.Contains($":{credentials} ", StringComparison.Ordinal));
        Assert.Contains(plainProxy.Heads, h => h.Contains("DynamoDB_20120810.", StringComparison.Ordinal));
        Assert.DoesNotContain("canary", agent.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Agent_ProxyWantsAnotherPassword_SaysSoAndKeepsThePasswordToItself()
    {
        await using var cloud = await TestCloud.StartAsync();
        var configuration = await cloud.DeviceAsync();
        await using var proxy = new ConnectProxy { Wants = "agent:right" };
        await using var agent = RunningAgent.Run(configuration, Settings, Environment(proxy.Port, "canary-wrong"));
        await agent.WaitForOutputAsync("ProxyAuthenticationRequired");
        Assert.Equal(0, await agent.TerminateAsync());
        Assert.Contains($"The proxy http://127.0.0.1:{proxy.Port} does not let this device through", agent.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", agent.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Agent_NoProxyNamesTheHosts_GoesStraight()
    {
        await using var cloud = await TestCloud.StartAsync();
        var configuration = await cloud.DeviceAsync();
        var environment = Environment(proxyPort: 9, "canary");
        environment["no_proxy"] = "localhost,127.0.0.1,.example.com";
        await using var agent = RunningAgent.Run(configuration, Settings, environment);
        await cloud.WaitForRowsAsync("thermostat-01", 10, agent);
        Assert.Equal(0, await agent.TerminateAsync());
    }

    /// <summary>The testbed's DynamoDB speaks plain HTTP, hence the second.</summary>
    private static Dictionary<string, string> Environment(int proxyPort, string password, int plainProxyPort = 9) => new()
    {
        ["HTTPS_PROXY"] = $"http://agent:{password}@127.0.0.1:{proxyPort}",
        ["http_proxy"] = $"http://127.0.0.1:{plainProxyPort}",
        ["no_proxy"] = "",
    };
}
