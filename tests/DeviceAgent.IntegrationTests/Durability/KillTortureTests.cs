using DeviceAgent.Rigs.Durability;
using Xunit.Abstractions;

namespace DeviceAgent.IntegrationTests.Durability;

/// <summary>The short form of <c>scripts/torture.sh</c>.</summary>
public sealed class KillTortureTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Agent_KilledAtRandomMoments_LosesNothingThatItAcknowledged()
    {
        var seed = Random.Shared.Next();

        var verdict = await new KillTorture(20, seed, output.WriteLine).RunAsync();

        Assert.True(verdict.IsGood, $"seed {seed}: {verdict}");
        Assert.True(verdict.Owed > 300, "no program's reading was acknowledged");
    }
}
