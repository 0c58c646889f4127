using DeviceAgent.Control;
using DeviceAgent.Local;
using DeviceAgent.Rigs.Support;
using DeviceAgent.RoleAlias;
using DeviceAgent.Testbed.Hosting;

namespace DeviceAgent.IntegrationTests;

/// <summary>The role alias is changed while readings flow, against the testbed's credentials provider and table.</summary>
public sealed class RotationTests
{
    private const string Thing = "thermostat-01";
    private const string Table = "dynamodb:BatchWriteItem";
    private const string IotTrust = RoleAliases.IotTrust;

    [Fact]
    public async Task Rotate_OneAliasAfterTheOther_OnlyTheGoodOneComesInForceAndEveryReadingLandsOnce()
    {
        await using var cloud = await TestCloud.StartAsync();
        var configuration = await cloud.DeviceAsync();
        RoleAliases.Add(cloud, "good", IotTrust, Table, isAllowed: true);
        RoleAliases.Add(cloud, "unauthorized", IotTrust, Table, isAllowed: false);
        RoleAliases.Add(cloud, "untrusted", "iot.amazonaws.com", Table, isAllowed: true);
        RoleAliases.Add(cloud, "readonly", IotTrust, "dynamodb:GetItem", isAllowed: true);
        RoleAliases.Allow(cloud, "absent");
        int readings;
        await using (var device = await RotatingDevice.StartAsync(configuration))
        {
            foreach (var (alias, code) in new[] { ("absent", "aliasUnknown"), ("unauthorized", "notAuthorized"), ("untrusted", "roleNotAssumable"), ("readonly", "writesDenied") })
            {
                var refused = await device.RotateAsync(alias);
                Assert.Equal((ChangeResult.Rejected, code), (refused.Result, refused.Code));
                Assert.False(string.IsNullOrWhiteSpace(refused.Reason));
                Assert.Equal(Cloud.RoleAlias, device.Status.Active);
            }

            Assert.Equal(ChangeOutcome.Applied, await device.RotateAsync("good"));
            Assert.Equal(["fetching", "proving", "committed", "probation"], device.Steps);
            Assert.Equal("good", device.Status.Active);
            Assert.Contains("\"in_force\":\"good\"", await StatusOfAsync(configuration), StringComparison.Ordinal);
            readings = await device.DrainAsync();
        }

        await AssertLandedAsync(cloud, readings);
        await using var restarted = await RotatingDevice.StartAsync(configuration, readings);
        Assert.Equal(new RotationStatus("good", Cloud.RoleAlias, RotationPhase.Settled, null, null, new LastChange("good", ChangeOutcome.Applied)), restarted.Status);
        Assert.True((await restarted.RotateAsync("good")).IsUnchanged);
        readings = await restarted.DrainAsync();
        Assert.Equal("good", cloud.Cloud.Activity.Of(Thing).RoleAlias);
        await AssertLandedAsync(cloud, readings);
    }

    [Fact]
    public async Task Rotate_RoleLosesItsRightsOnProbation_IsRolledBackAndEveryReadingLands()
    {
        await using var cloud = await TestCloud.StartAsync();
        var configuration = await cloud.DeviceAsync();
        RoleAliases.Add(cloud, "short-lived", IotTrust, Table, isAllowed: true);
        await using var device = await RotatingDevice.StartAsync(configuration, settings: "rotation.probationBatches=1000");
        device.OnStep = step =>
        {
            if (step == RotationStep.Probation) cloud.Cloud.Iam.Roles.DeleteInlinePolicy("short-lived-role", "rights");
        };

        var outcome = await device.RotateAsync("short-lived");

        Assert.Equal((ChangeResult.RolledBack, "writesDenied"), (outcome.Result, outcome.Code));
        Assert.Equal(Cloud.RoleAlias, device.Status.Active);
        Assert.Equal(RotationPhase.Settled, device.Status.Phase);
        await AssertLandedAsync(cloud, await device.DrainAsync());
    }

    [Fact]
    public async Task Rotate_ConfiguredAliasIsGone_AGoodOneMendsTheDevice()
    {
        await using var cloud = await TestCloud.StartAsync();
        var configuration = await cloud.DeviceAsync();
        RoleAliases.Add(cloud, "good", IotTrust, Table, isAllowed: true);
        cloud.Cloud.Registry.RoleAliases.Delete(Cloud.RoleAlias);
        await using var device = await RotatingDevice.StartAsync(configuration);

        Assert.Equal(ChangeOutcome.Applied, await device.RotateAsync("good"));

        await AssertLandedAsync(cloud, await device.DrainAsync());
    }

    private static async Task<string> StatusOfAsync(string configuration)
    {
        using var client = UnixHttp.Client(Path.Combine(Path.GetDirectoryName(configuration)!, "state", EndpointOptions.SocketName));
        return await client.GetStringAsync("/v1/status");
    }

    private static async Task AssertLandedAsync(TestCloud cloud, int readings)
    {
        var items = await cloud.ItemsAsync(Thing);
        Assert.Equal(Enumerable.Range(0, readings).Select(n => $"{n}"), items.Select(i => i["n"].N));
    }
}
