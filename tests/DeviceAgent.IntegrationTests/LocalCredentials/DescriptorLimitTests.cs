using DeviceAgent.Rigs.Hostile;
using DeviceAgent.Rigs.Support;

namespace DeviceAgent.IntegrationTests.LocalCredentials;

/// <summary>A process that may have few descriptors. They look into the agent's, for which the tests must be root.</summary>
public sealed class DescriptorLimitTests
{
    private const int Asked = 20;

    /// <summary>Each assembly of the JIT build is a descriptor, and there are about 180 of them.</summary>
    private static readonly int _limit = RunningAgent.IsNative ? 256 : 256 + 180;

    private static readonly int _flooded = 2 * _limit;

    /// <summary>More connections than there are descriptors, and then more and more of them.</summary>
    [Fact]
    public async Task Flood_AtAHardLimitOf256_AGoodClientIsAlwaysAnswered()
    {
        await using var rig = await CredentialsRig.PrepareAsync();
        await rig.RunUnderAsync(["prlimit", $"--nofile={_limit}:{_limit}", "--"]);
        await rig.Agent.WaitForOutputAsync("AWS credentials ASIA");
        var good = new GoodClient(rig.Port, await rig.AddClientTokenAsync("good"));
        var most = 0;
        await using (var flood = new Flood(rig.Port, _flooded))
        {
            flood.Start();
            using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
            while (good.Asked < Asked || flood.Tried < 2 * _flooded)
            {
                await good.AskAsync();
                most = Math.Max(most, ProcessFigures.Descriptors(rig.Agent.ProcessId));
                await poll.WaitForNextTickAsync();
            }
        }

        Assert.Empty(good.Failures);
        Assert.InRange(most, 1, _limit - 1);
        Assert.DoesNotContain("Out of memory", rig.Agent.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("takes no connections", rig.Agent.Output, StringComparison.Ordinal);
        Assert.Equal(0, await rig.Agent.TerminateAsync());
    }
}
