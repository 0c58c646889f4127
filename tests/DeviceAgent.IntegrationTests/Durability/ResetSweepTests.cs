using DeviceAgent.Rigs.Durability;
using DeviceAgent.Rigs.Faults;

namespace DeviceAgent.IntegrationTests.Durability;

/// <summary>A connection that breaks anywhere in an upload.</summary>
public sealed class ResetSweepTests
{
    [Theory]
    [InlineData("Request", "Reset", 29, 100)]
    [InlineData("Response", "Reset", 3, 100)]
    [InlineData("Response", "Close", 17, 20)]
    [InlineData("Response", "HalfClose", 17, 20)]
    [InlineData("Response", "Garbage", 17, 20)]
    public async Task Upload_BrokenAfterEveryNthByte_LosesAndChangesNothing(string direction, string ending, int step, int atLeast)
    {
        await using var sweep = await ResetSweep.StartAsync();

        var cuts = await sweep.RunAsync(Enum.Parse<Direction>(direction), Enum.Parse<Ending>(ending), step);

        var verdict = await sweep.JudgeAsync();
        Assert.True(verdict.IsGood, verdict.ToString());
        Assert.Equal(verdict.Offered, verdict.Stored);
        Assert.True(cuts >= atLeast, $"only {cuts} cuts hit");
        Assert.True(sweep.SentAgain >= cuts, $"{cuts} cuts, {sweep.SentAgain} items sent again");
    }
}
