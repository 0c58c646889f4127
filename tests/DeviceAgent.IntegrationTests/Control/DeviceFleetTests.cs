using System.Text.Json;
using System.Text.RegularExpressions;
using DeviceAgent.Testbed.Registry;

namespace DeviceAgent.IntegrationTests.Control;

/// <summary><c>device-fleet</c> as a process, against the testbed and agents as processes.</summary>
public sealed partial class DeviceFleetTests
{
    private const string Group = "fleet";
    private const string NewAlias = "device-agent-v3";

    /// <summary>The new role may not write to its table.</summary>
    private const string Denied = "thermostat-04";

    [Fact]
    public async Task Rotate_OneThingMayNotWrite_CanaryStopsItAndTheFleetGoesOnAfterAKillAndBackAgain()
    {
        await using var fleet = await FleetWithNewAliasAsync();

        var status = (await fleet.ToolAsync("status --json")).Succeeded();
        using (var states = JsonDocument.Parse(status))
        {
            Assert.Equal(fleet.Things, states.RootElement.EnumerateArray().Select(t => t.GetProperty("thing").GetString()!));
            Assert.All(states.RootElement.EnumerateArray(), t => Assert.Equal(("device-agent", "ok", false), (t.GetProperty("alias").GetString(), t.GetProperty("health").GetString(), t.GetProperty("silent").GetBoolean())));
        }

        // What IAM knows is said before any device is asked.
        var checkedBefore = await fleet.ToolAsync($"rotate {NewAlias} --group {Group} --yes");
        Assert.True(checkedBefore.ExitCode == 5, $"{checkedBefore.ExitCode}\n{checkedBefore.Output}\n{checkedBefore.Error}");
        Assert.Contains($"FAIL  The role's policies do not allow dynamodb:BatchWriteItem on the own table of {Denied}\n", checkedBefore.Output);

        // The canary that may not write stops it before anybody else hears of it.
        var stopped = await fleet.ToolAsync($"rotate {NewAlias} --group {Group} --canary {Denied} --probation 1s --no-check --yes");
        Assert.True(stopped.ExitCode == 3, $"{stopped.ExitCode}\n{stopped.Output}\n{stopped.Error}");
        Assert.Contains($"{Denied}: rejected writesDenied: ", stopped.Output);
        Assert.Matches(@"failed +1\n", stopped.Output);
        Assert.Matches(@"untouched +5 ", stopped.Output);
        Assert.All(fleet.Things, thing => Assert.Equal(RegistrySeed.RoleAliasName, fleet.Reported(thing).RoleAlias));

        var logs = (await fleet.ToolAsync($"logs {Denied}")).Succeeded();
        Assert.Matches($@"^{Denied}, \d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d UTC\n\nAll is well\.\n\n", logs);
        Assert.Matches(@"\n\d{4}-\d\d-\d\d \d\d:\d\d:\d\d warn [a-z ]+\[\d+\] .*writesDenied", logs);

        // A canary that may; the tool is killed on its probation, and another goes on from what AWS knows.
        string? name = null;
        using (var tool = fleet.StartTool($"rotate {NewAlias} --group {Group} --canary thermostat-01 --probation 2s --rate 600/min --abort 50% --no-check --yes"))
        {
            while (await tool.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromMinutes(2)) is { } line && !line.Contains("on probation", StringComparison.Ordinal)) name ??= Begun().Match(line) is { Success: true } begun ? begun.Groups[1].Value : null;
            tool.Kill();
            await tool.WaitForExitAsync();
        }

        Assert.NotNull(name);
        var watched = await fleet.ToolAsync($"rotate {NewAlias} --group {Group} --watch");
        Assert.True(watched.ExitCode == 1, $"{watched.ExitCode}\n{watched.Output}\n{watched.Error}");
        Assert.Contains($"Rotation {name}: device-agent -> {NewAlias}, group {Group}, 6 things", watched.Output);
        Assert.Matches(@"proven +5  thermostat-01, thermostat-02, thermostat-03, thermostat-05, thermostat-06\n", watched.Output);
        Assert.Matches(@"failed +1\n", watched.Output);
        Assert.Contains($"{Denied}: rejected writesDenied: ", watched.Output);
        Assert.Contains($"now active: {NewAlias} on 5, device-agent on 1", watched.Output);

        var behind = (await fleet.ToolAsync($"status --behind {NewAlias} --csv")).Succeeded().TrimEnd().Split('\n');
        Assert.Equal(2, behind.Length);
        Assert.StartsWith($"{Denied},device-agent,,rejected,", behind[1], StringComparison.Ordinal);

        var back = (await fleet.ToolAsync($"rollback {name} --yes")).Succeeded();
        Assert.Matches(@"rolled back +5  ", back);
        Assert.Contains("now active: device-agent on 6", back);
        Assert.All(fleet.Things, thing => Assert.Equal(RegistrySeed.RoleAliasName, fleet.Reported(thing).RoleAlias));
        await fleet.StopAsync();
        Assert.All(await fleet.LandedAsync(), landed => Assert.Empty(landed.Faults));
    }

    /// <summary>Six agents in a group, and a role alias that they may all use.</summary>
    private static async Task<Fleet> FleetWithNewAliasAsync()
    {
        var fleet = await Fleet.StartAsync(devices: 6);
        await fleet.ShellAsync(
            $$$"""
            aws iot create-thing-group --thing-group-name {{{Group}}}
            for thing in {{{string.Join(' ', fleet.Things)}}}; do aws iot add-thing-to-thing-group --thing-group-name {{{Group}}} --thing-name $thing; done
            aws iam create-role --role-name v3 --assume-role-policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"credentials.iot.amazonaws.com"},"Action":"sts:AssumeRole"}]}'
            aws iam put-role-policy --role-name v3 --policy-name own-table --policy-document '{"Version":"2012-10-17","Statement":[
              {"Effect":"Allow","Action":"dynamodb:*","Resource":"arn:aws:dynamodb:us-east-1:123456789012:table/${credentials-iot:ThingName}"},
              {"Effect":"Deny","Action":"dynamodb:BatchWriteItem","Resource":"arn:aws:dynamodb:us-east-1:123456789012:table/{{{Denied}}}"}]}'
            aws iot create-role-alias --role-alias {{{NewAlias}}} --role-arn arn:aws:iam::123456789012:role/v3
            aws iot create-policy-version --policy-name assume-device-agent --set-as-default --policy-document '{"Version":"2012-10-17","Statement":[
              {"Effect":"Allow","Action":"iot:AssumeRoleWithCertificate","Resource":["arn:aws:iot:us-east-1:123456789012:rolealias/device-agent","arn:aws:iot:us-east-1:123456789012:rolealias/{{{NewAlias}}}"]}]}'
            """);
        return fleet;
    }

    [GeneratedRegex("^Rotation ([^ ]+) has begun")]
    private static partial Regex Begun();
}
