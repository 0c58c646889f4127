using DeviceAgent.Rigs.Disks;
using DeviceAgent.Rigs.Durability;
using Xunit.Abstractions;

namespace DeviceAgent.IntegrationTests.Durability;

/// <summary>The short form of <c>scripts/torture.sh --disk-full</c>.</summary>
public sealed class DiskFullTests(ITestOutputHelper output)
{
    [Fact]
    public async Task DiskFull_ForAWhile_AgentLivesOnAndCountsWhatItGaveUp()
    {
        if (!RootRights.Available(output)) return;

        var outcome = await new DiskFull(TimeSpan.FromSeconds(8), isOnline: false, output.WriteLine).RunAsync();

        Assert.True(outcome.Verdict.IsGood, outcome.Verdict.ToString());
        Assert.True(outcome.Shed > 0, "the memory did not overflow: the rig has shown nothing");
        Assert.Equal(outcome.Taken - outcome.Stored, outcome.Shed);
        Assert.Equal(0, outcome.CriticalMissing);
    }
}
