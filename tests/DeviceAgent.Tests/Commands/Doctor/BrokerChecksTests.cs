using DeviceAgent.Commands.Doctor;
using DeviceAgent.Control;
using DeviceAgent.Control.Cloud;
using DeviceAgent.Mqtt;

namespace DeviceAgent.Tests.Commands.Doctor;

public sealed class BrokerChecksTests
{
    private static readonly ControlOptions Aws = new() { Host = "iot.test" };
    private static readonly RunningAgentView NoAgent = new(null, "none");

    private readonly List<(int Port, bool Connects)> _tried = [];

    [Fact]
    public async Task Run_BothPortsGood_ConnectsAtTheFirstOnly()
    {
        Assert.Equal([FindingResult.Ok, FindingResult.Ok], (await RunAsync(Aws, NoAgent)).Select(f => f.Result));
        Assert.Equal([(8883, true), (443, false)], _tried);
    }

    [Fact]
    public async Task Run_OnlyTheOtherPortIsOpen_SaysWhatToSet()
    {
        var findings = await RunAsync(Aws, NoAgent, failing: 8883);
        Assert.Equal([FindingResult.Failure, FindingResult.Ok], findings.Select(f => f.Result));
        Assert.Contains("set mqttEndpoint to iot.test:443", findings[0].Remedy, StringComparison.Ordinal);
        Assert.Equal([(8883, true), (443, true)], _tried);
    }

    [Fact]
    public async Task Run_OtherPortClosed_IsNoFault() =>
        Assert.Equal([FindingResult.Ok, FindingResult.Skipped], (await RunAsync(Aws with { Port = 443 }, NoAgent, failing: 8883)).Select(f => f.Result));

    [Theory]
    [InlineData("connected", nameof(FindingResult.Ok))]
    [InlineData("connecting", nameof(FindingResult.Failure))]
    public async Task Run_AgentRuns_NeverConnectsInItsPlace(string connection, string result)
    {
        var findings = await RunAsync(Aws, RunningAgentViewTests.View($$$"""{"control":{"connection":"{{{connection}}}","problem":"refused"}}"""));
        Assert.Equal(result, findings[0].Result.ToString());
        Assert.DoesNotContain(_tried, t => t.Connects);
    }

    [Fact]
    public async Task Run_AgentMayRun_NeverConnectsInItsPlace()
    {
        Assert.Equal(FindingResult.Ok, (await RunAsync(Aws, NoAgent with { MayRun = true }))[0].Result);
        Assert.DoesNotContain(_tried, t => t.Connects);
    }

    [Theory]
    [InlineData(null, MqttConnectFailure.Network, nameof(FindingResult.Failure))]
    [InlineData(CheckName.Dns, MqttConnectFailure.Network, nameof(FindingResult.Skipped))]
    [InlineData(CheckName.Proxy, MqttConnectFailure.Proxy, nameof(FindingResult.Skipped))]
    [InlineData(CheckName.Tls, MqttConnectFailure.Tls, nameof(FindingResult.Skipped))]
    [InlineData(CheckName.Tls, MqttConnectFailure.Network, nameof(FindingResult.Failure))]
    [InlineData(CheckName.Credentials, MqttConnectFailure.Refused, nameof(FindingResult.Failure))]
    public async Task Run_WhatKeepsFromTheProvider_IsNotSaidTwice(string? failedAt, MqttConnectFailure failure, string result) =>
        Assert.Equal(result, (await RunAsync(Aws with { Port = 9000 }, NoAgent, failing: 9000, failedAt, failure)).Single().Result.ToString());

    [Fact]
    public async Task Run_NoEndpoint_IsSkipped() => Assert.Equal(FindingResult.Skipped, (await RunAsync(new ControlOptions(), NoAgent)).Single().Result);

    private async Task<List<Finding>> RunAsync(ControlOptions control, RunningAgentView agent, int failing = 0, string? failedAt = null, MqttConnectFailure failure = MqttConnectFailure.Network)
    {
        var checks = new BrokerChecks(control, "boiler-07", agent, (port, connects, _) =>
        {
            _tried.Add((port, connects));
            return Task.FromResult(port == failing ? new BrokerProblem(failure, "No way.", "Open it.") : null);
        });
        return await checks.RunAsync(null, failedAt, CancellationToken.None).ToListAsync();
    }
}
