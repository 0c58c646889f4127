using DeviceAgent.Rigs.Disks;
using DeviceAgent.Rigs.Durability;
using Xunit.Abstractions;

namespace DeviceAgent.IntegrationTests.Durability;

/// <summary>The short form of <c>scripts/torture.sh --power-cuts</c>.</summary>
public sealed class PowerCutTests(ITestOutputHelper output)
{
    [Fact]
    public async Task PowerCut_AtRandomMoments_LosesNothingThatWasAcknowledged()
    {
        if (!RootRights.Available(output)) return;
        var seed = Random.Shared.Next();
        var cuts = new PowerCuts(5, seed, output.WriteLine);

        var verdict = await cuts.RunAsync();

        Assert.True(verdict.IsGood, $"seed {seed}: {verdict}");
        Assert.True(cuts.OnDiskOnly > 0, "at no cut an acknowledged reading was on the disk only: the rig has shown nothing");
    }
}
