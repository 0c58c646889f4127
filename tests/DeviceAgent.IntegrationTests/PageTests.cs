using DeviceAgent.IntegrationTests.Control;
using DeviceAgent.Testbed.Hosting;
using DeviceAgent.Testbed.Registry;

namespace DeviceAgent.IntegrationTests;

/// <summary>The testbed's page in a real browser.</summary>
public sealed class PageTests
{
    [Fact]
    public async Task Chromium_APersonRotatesARoleAlias_SeesItProvenAndCommittedAndAWrongOneRefused()
    {
        await using var fleet = await Fleet.StartAsync(devices: 2);

        var output = (await fleet.ShellAsync($"node tests/node/page.mjs {fleet.Url(Door.Console)} {fleet.Things[0]} {RegistrySeed.NextRoleAliasName}")).Succeeded();

        Assert.Contains("rotated to", output);
    }
}
