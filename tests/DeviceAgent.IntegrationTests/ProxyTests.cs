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

    /// <summary>A user of a Windows domain and what passwords have in them, as people write it into the variable.</summary>
    [Fact]
    public async Task Agent_ProxyUserWithABackslash_AllClientsGoThrough()
    {
        await using var cloud = await TestCloud.StartAsync();
        var configuration = await cloud.DeviceAsync();
        await using var proxy = new ConnectProxy { Wants = "CORP\\agent:canary#s@%" };
        await using var plainProxy = new ConnectProxy();
        var environment = Environment(proxy.Port, "canary#s@%25", plainProxy.Port);
        environment["HTTPS_PROXY"] = environment["HTTPS_PROXY"].Replace("agent:", "CORP\\agent:", StringComparison.Ordinal);
        await using var agent = RunningAgent.Run(configuration, Settings, environment);
        await cloud.WaitForRowsAsync("thermostat-01", 10, agent);
        await agent.WaitForOutputAsync("MQTT connected");
        Assert.Equal(0, await agent.TerminateAsync());
        Assert.DoesNotContain("canary", agent.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("HTTPS_PROXY", "https://agent:canary@127.0.0.1:3129", "a proxy that is itself spoken to by TLS (https://) is not supported")]
    [InlineData("ALL_PROXY", "socks5://agent:canary@127.0.0.1:1080", "a SOCKS proxy (socks5://) is not supported")]
    [InlineData("https_proxy", "http://agent:canary@127.0.0.1:99999", "its port '99999' is not a number from 1 to 65535")]
    [InlineData("http_proxy", "http://agent:canary%@127.0.0.1:3128", "holds a % that begins no escape")]
    public async Task CheckAndRun_ProxyThatCannotBeUsed_IsAnErrorOfTheConfigurationByName(string variable, string value, string expected)
    {
        await using var cloud = await TestCloud.StartAsync();
        var configuration = await cloud.DeviceAsync();
        foreach (var command in new[] { "check", "run" })
        {
            await using var agent = RunningAgent.Start([command, "--config", configuration, "--set", "source.kind=simulated"], new Dictionary<string, string> { [variable] = value });
            Assert.Equal(78, await agent.WaitForExitAsync());
            Assert.Contains($"{variable}: ", agent.Output, StringComparison.Ordinal);
            Assert.Contains(expected, agent.Output, StringComparison.Ordinal);
            Assert.DoesNotContain("canary", agent.Output, StringComparison.Ordinal);
        }
    }

    /// <summary>The testbed's DynamoDB speaks plain HTTP, hence the second.</summary>
    private static Dictionary<string, string> Environment(int proxyPort, string password, int plainProxyPort = 9) => new()
    {
        ["HTTPS_PROXY"] = $"http://agent:{password}@127.0.0.1:{proxyPort}",
        ["http_proxy"] = $"http://127.0.0.1:{plainProxyPort}",
        ["no_proxy"] = "",
    };
}
