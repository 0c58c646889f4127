using DeviceAgent.Rigs.Durability;
using Xunit.Abstractions;

namespace DeviceAgent.IntegrationTests.Durability;

public sealed class OracleRunTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Agent_ThroughRandomTroubles_DeliversEachAcknowledgedReadingUnchangedAndTheNextOneToo()
    {
        var seed = Random.Shared.Next();

        var verdict = await new OracleRun(TimeSpan.FromSeconds(12), seed, output.WriteLine).RunAsync();

        Assert.True(verdict.IsGood, $"seed {seed}: {verdict}");
        Assert.True(verdict.Owed > 100, $"seed {seed}: only {verdict.Owed} readings were acknowledged");
    }
}
