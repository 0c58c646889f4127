using System.Globalization;
using System.Text.RegularExpressions;
using DeviceAgent.Rigs.Faults;
using DeviceAgent.Rigs.Support;
using DeviceAgent.Testbed.Registry;

namespace DeviceAgent.IntegrationTests.Control;

/// <summary>What a broker, and the way to it, can do to a device that is controlled remotely.</summary>
public partial class BrokerTroubleTests
{
    [Fact]
    public async Task Connection_Flapping_ComesBackAndTheNewestDesiredStateIsAppliedOnce()
    {
        const int cuts = 3;
        await using var device = await ControlledDevice.StartAsync();
        await device.UntilAsync(s => (string?)s["health"] == "ok");
        for (var cut = 1; cut <= cuts; cut++)
        {
            var (bytes, before) = (cut * 1500, device.Proxy.Connections);
            // In the midst of the handshake, of CONNECT, or of what follows; the last one is left alone.
            if (cut < cuts) device.Proxy.SetScript(() => new ConnectionFault(Direction.Request, bytes, Ending.Reset));
            else device.Proxy.Heal();
            await device.Proxy.DropConnectionsAsync();
            device.WantBatchSize(cut + 1);
            await device.UntilAsync(() => device.Proxy.Connections > before, () => "the agent does not come back");
        }

        await device.ReadingsFlowAsync();
        Assert.InRange(await device.AppliedAsync(cuts + 1), 1, cuts);
        device.ConnectedAtMostOnceASecond();
        Assert.Equal(0, await device.Agent.TerminateAsync());
    }

    [Fact]
    public async Task Session_TakenOver_IsLeftToTheOtherForHalfAMinuteAndReadingsFlow()
    {
        await using var device = await ControlledDevice.StartAsync();
        await device.UntilAsync(s => (string?)s["health"] == "ok");
        var connections = device.Proxy.Connections;

        using var other = Command.Start(
            "mosquitto_sub",
            [
                "-V", "mqttv5", "-h", "localhost", "-p", device.Cloud.Cloud.DataEndpoint.Split(':')[1], "-i", ControlledDevice.Thing, "-t", $"$aws/things/{ControlledDevice.Thing}/jobs/notify",
                "--cafile", Path.Combine(device.Folder, "ca.pem"), "--cert", Path.Combine(device.Folder, "certificate.pem"), "--key", Path.Combine(device.Folder, "private.key"),
            ],
            null,
            device.Folder);
        try
        {
            var line = await device.Agent.WaitForLineAsync("SessionTakenOver): ");
            var pause = NextAttempt().Match(line);
            Assert.InRange(double.Parse(pause.Groups[1].Value, CultureInfo.InvariantCulture) * (pause.Groups[2].Value == "min" ? 60 : 1), 30, 300);
            await device.ReadingsFlowAsync();
            Assert.False(other.HasExited);
            Assert.Equal(connections, device.Proxy.Connections);
        }
        finally
        {
            other.Kill();
            await other.WaitForExitAsync();
        }

        Assert.Equal(0, await device.Agent.TerminateAsync());
    }

    [Theory]
    [InlineData("5")]
    [InlineData("3.1.1")]
    public async Task Subscribe_Refused_SaysSoAndWorksOnceThePolicyIsMended(string protocol)
    {
        await using var device = await ControlledDevice.StartAsync(
            cloud =>
            {
                var document = cloud.Registry.Policies.Get(RegistrySeed.MqttPolicyName).Default.Document;
                cloud.Registry.Policies.CreateVersion(RegistrySeed.MqttPolicyName, document.Replace("iot:Subscribe", "iot:GetThingShadow", StringComparison.Ordinal), setAsDefault: true);
            },
            $"control.protocol={protocol}");
        device.WantBatchSize(3);
        Assert.Contains("iot:Subscribe", await device.Agent.WaitForLineAsync("Remote control is limited"));
        await device.ReadingsFlowAsync();

        device.WantBatchSize(4);
        device.Cloud.Cloud.Registry.Policies.SetDefaultVersion(RegistrySeed.MqttPolicyName, "1");
        // A new connection is a new chance; without one, it is tried again after ten minutes.
        await device.Proxy.DropConnectionsAsync();

        Assert.Equal(1, await device.AppliedAsync(4));
        device.ConnectedAtMostOnceASecond();
        Assert.Equal(0, await device.Agent.TerminateAsync());
    }

    [Fact]
    public async Task Publish_DeniedUnder311_IsNamedWithTheStatementToAddAndWorksOnceThePolicyIsMended()
    {
        const string update = $"$aws/things/{ControlledDevice.Thing}/shadow/name/device-agent/update";
        await using var device = await ControlledDevice.StartAsync(
            cloud =>
            {
                var document = cloud.Registry.Policies.Get(RegistrySeed.MqttPolicyName).Default.Document;
                var statements = document.LastIndexOf(']');
                var deny = $$"""{"Effect":"Deny","Action":"iot:Publish","Resource":"arn:aws:iot:*:*:topic/{{update}}"}""";
                cloud.Registry.Policies.CreateVersion(RegistrySeed.MqttPolicyName, $"{document[..statements]},{deny}{document[statements..]}", setAsDefault: true);
            },
            "control.protocol=3.1.1");
        Assert.Contains($"It must allow iot:Publish on topic/{update}.", await device.Agent.WaitForLineAsync("Remote control is limited"));
        await device.ReadingsFlowAsync();
        device.ConnectedAtMostOnceASecond();

        // From then on the connection is left alone, and what else comes over it works.
        var connections = device.Proxy.Connections;
        device.WantBatchSize(3);
        await device.Agent.WaitForOutputAsync("Change settings by shadow");
        Assert.Equal(connections, device.Proxy.Connections);
        var status = (await device.Cloud.ShellAsync($"curl -s --unix-socket {device.Folder}/state/device-agent.sock http://localhost/v1/status")).Succeeded();
        Assert.Contains($"iot:Publish on topic/{update}", status);
        Assert.Equal(0, await device.Agent.TerminateAsync());
    }

    [GeneratedRegex(@"Next attempt in ([0-9.]+) (s|min)")]
    private static partial Regex NextAttempt();
}
