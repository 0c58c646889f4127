using System.Text.Json.Nodes;
using DeviceAgent.Rigs.Faults;
using DeviceAgent.Rigs.Support;
using DeviceAgent.Testbed.Hosting;
using DeviceAgent.Testbed.Shadow;

namespace DeviceAgent.IntegrationTests.Control;

/// <summary>An operator with the AWS CLI, the testbed's cloud, and the agent as a process.</summary>
public class RemoteControlTests
{
    private const string Thing = "thermostat-01";
    private static readonly string Arn = Testbed.CloudAccount.Arn("iot", $"thing/{Thing}");

    [Fact]
    public async Task Shadow_SettingsDesired_AreInForceWithoutARestartAndReported()
    {
        await using var cloud = await TestCloud.StartAsync();
        var configuration = await cloud.DeviceAsync();
        await using var agent = RunningAgent.Run(configuration);
        await UntilAsync(cloud, agent, s => (string?)s["health"] == "ok");

        await UpdateAsync(cloud, """{"state":{"desired":{"logLevel":"debug","upload":{"batchSize":7},"stateDir":"/"}}}""");
        var state = await UntilAsync(cloud, agent, s => (string?)s["lastChange"]?["outcome"] == "rejected");

        Assert.Equal((7, "debug"), ((int)state["upload"]!["batchSize"]!, (string?)state["logLevel"]));
        Assert.Contains("cannot be set remotely", (string?)state["rejected"]!["stateDir"]);
        await agent.WaitForOutputAsync("debug:");

        await agent.KillAsync();
        await using var again = RunningAgent.Run(configuration);
        await again.WaitForOutputAsync("debug:");
    }

    [Fact]
    public async Task Job_AgentKilledWhileItIsDone_IsFinishedAfterTheRestartAndReadingsFlow()
    {
        await using var cloud = await TestCloud.StartAsync();
        var configuration = await cloud.DeviceAsync();
        await using var agent = RunningAgent.Run(configuration);
        await UntilAsync(cloud, agent, _ => true);

        // No such alias yet: it is asked for again and again.
        (await cloud.ShellAsync($$"""aws iot create-job --job-id rotate --targets {{Arn}} --document '{"operation":"rotate-role-alias","roleAlias":"fleet-v2"}'""")).Succeeded();
        await agent.WaitForOutputAsync("Change rotate-role-alias by job rotate: begins");
        await agent.KillAsync();
        (await cloud.ShellAsync(
            """
            role=$(aws iot describe-role-alias --role-alias device-agent --query roleAliasDescription.roleArn --output text)
            aws iot create-role-alias --role-alias fleet-v2 --role-arn $role
            aws iot create-policy --policy-name assume-v2 --policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iot:AssumeRoleWithCertificate","Resource":"*"}]}'
            aws iot attach-policy --policy-name assume-v2 --target $(aws iot list-thing-principals --thing-name thermostat-01 --query 'principals[0]' --output text)
            """)).Succeeded();
        await using var again = RunningAgent.Run(configuration);
        await UntilAsync(cloud, again, s => (string?)s["roleAlias"] == "fleet-v2" && (string?)s["lastChange"]?["jobId"] == "rotate" && s["executing"] is null);

        var execution = (await cloud.ShellAsync($"aws iot describe-job-execution --job-id rotate --thing-name {Thing} --query execution.status --output text")).Succeeded();
        Assert.Equal("SUCCEEDED", execution.Trim());
        var rows = (await cloud.ItemsAsync(Thing)).Count;
        await cloud.WaitForRowsAsync(Thing, rows + 20, again);
    }

    [Fact]
    public async Task Broker_Unreachable_ReadingsFlowAndTheNewestDesiredStateIsAppliedOnce()
    {
        await using var cloud = await TestCloud.StartAsync();
        await using var proxy = new FaultProxy(new Uri($"mqtts://127.0.0.1:{cloud.Cloud.Host.Port(Listener.IotDevices)}"));
        await using var agent = RunningAgent.Run(await cloud.DeviceAsync(), $"mqttEndpoint=localhost:{proxy.Url.Port}");
        await UntilAsync(cloud, agent, _ => true);

        proxy.SetScript(() => ConnectionFault.Refused);
        await proxy.DropConnectionsAsync();
        var rows = (await cloud.ItemsAsync(Thing)).Count;
        foreach (var size in new[] { 3, 4, 5 }) await UpdateAsync(cloud, """{"state":{"desired":{"upload":{"batchSize":""" + size + "}}}}");
        await cloud.WaitForRowsAsync(Thing, rows + 30, agent);
        proxy.Heal();
        await UntilAsync(cloud, agent, s => (int)s["upload"]!["batchSize"]! == 5);

        Assert.Single(agent.Output.Split('\n'), l => l.Contains("Change settings by shadow", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Job_SetConfigByTheAwsCli_NullsAreNamedAndResetRestoresTheConfiguredValue()
    {
        await using var cloud = await TestCloud.StartAsync();
        await using var agent = RunningAgent.Run(await cloud.DeviceAsync());
        var configured = (double)(await UntilAsync(cloud, agent, _ => true))["source"]!["intervalSeconds"]!;

        await JobAsync("set", """{"operation":"set-config","settings":{"source":{"intervalSeconds":7}}}""", "SUCCEEDED");
        await UntilAsync(cloud, agent, s => (double)s["source"]!["intervalSeconds"]! == 7);
        Assert.Contains("""\"reset\":[\"source\"]""", await JobAsync("null", """{"operation":"set-config","settings":{"source":{"intervalSeconds":null}}}""", "REJECTED"));
        await JobAsync("reset", """{"operation":"set-config","reset":["source.intervalSeconds"]}""", "SUCCEEDED");
        await UntilAsync(cloud, agent, s => (double)s["source"]!["intervalSeconds"]! == configured);
        Assert.Contains("\"outcome\": \"unchanged\"", await JobAsync("again", """{"operation":"set-config","reset":["source"]}""", "SUCCEEDED"));

        async Task<string> JobAsync(string id, string document, string end)
        {
            (await cloud.ShellAsync($"aws iot create-job --job-id {id} --targets {Arn} --document '{document}'")).Succeeded();
            var execution = await cloud.WaitForJobAsync(id, Thing, agent);
            Assert.True(execution.Contains($"\"{end}\"", StringComparison.Ordinal), $"{execution}\nand the agent said:\n{agent.Output}");
            return execution;
        }
    }

    [Fact]
    public async Task Shadow_DesiredThatFillsIt_TheRefusalIsReportedAndLaterChangesToo()
    {
        await using var cloud = await TestCloud.StartAsync();
        await using var agent = RunningAgent.Run(await cloud.DeviceAsync());
        await UntilAsync(cloud, agent, s => (string?)s["health"] == "ok");

        await UpdateAsync(cloud, """{"state":{"desired":{"note":""" + "\"" + new string('x', 7200) + "\"}}}");
        var state = await UntilAsync(cloud, agent, s => (string?)s["lastChange"]?["outcome"] == "rejected");
        Assert.Contains("note: cannot be set remotely", (string?)state["lastChange"]!["reason"]);
        Assert.Contains("of 8192 bytes", (string?)state["shortened"]);

        await UpdateAsync(cloud, """{"state":{"desired":{"upload":{"batchSize":7}}}}""");
        await UntilAsync(cloud, agent, s => (string?)s["lastChange"]?["outcome"] == "applied");
        await UpdateAsync(cloud, """{"state":{"desired":{"note":null}}}""");
        await UntilAsync(cloud, agent, s => (int?)s["upload"]?["batchSize"] == 7 && s["shortened"] is null);
        Assert.DoesNotContain("(413)", agent.Output);
    }

    /// <summary>From a file: CLI 2 takes a payload on the command line for base64.</summary>
    private static async Task UpdateAsync(TestCloud cloud, string payload) =>
        (await cloud.ShellAsync($"aws iot-data update-thing-shadow --thing-name {Thing} --shadow-name device-agent --payload fileb://<(printf %s '{payload}') /dev/null")).Succeeded();

    /// <summary>Waits for a reported state, and reads it with the AWS CLI.</summary>
    private static async Task<JsonNode> UntilAsync(TestCloud cloud, RunningAgent agent, Func<JsonNode, bool> isSo)
    {
        var shadow = ShadowKey.Of(Thing, ShadowService.AgentShadow)!;
        while (true)
        {
            await TestCloud.UntilAsync(
                () => cloud.Cloud.Shadows.Find(shadow)?["state"]?["reported"] is { } reported && isSo(reported), () => $"the shadow is {cloud.Cloud.Shadows.Find(shadow)}", agent);
            var read = (await cloud.ShellAsync($"aws iot-data get-thing-shadow --thing-name {Thing} --shadow-name device-agent shadow.json >/dev/null; cat shadow.json", cloud.Directory)).Succeeded();
            // It may have gone on since.
            if (JsonNode.Parse(read)!["state"]!["reported"]! is var seen && isSo(seen)) return seen;
        }
    }
}
