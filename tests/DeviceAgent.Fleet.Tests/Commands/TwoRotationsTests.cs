using DeviceAgent.Fleet.Rotation;
using DeviceAgent.Fleet.Things;
using static DeviceAgent.Fleet.Tests.Rotation.Rotations;

namespace DeviceAgent.Fleet.Tests.Commands;

public sealed class TwoRotationsTests
{
    private const string Other = "v3-20260301-120000";

    [Theory]
    [InlineData("--group", "outer")]
    [InlineData("--group", "overlapping")]
    [InlineData("--things", "b,c")]
    public async Task Rotate_ThingOfAnotherRotationUnderWay_IsRefusedAndNamesIt(string option, string value)
    {
        using var aws = Fleet();
        Begin(aws, DateTimeOffset.UtcNow);
        var (exit, output, error) = await aws.RunAsync("rotate", "v2", option, value, "--no-check", "--yes", "--detach");
        Assert.True(exit == 4, $"{exit} {output} {error}");
        Assert.Contains($"device-fleet watch {Other}", error, StringComparison.Ordinal);
        Assert.Single(aws.Jobs);
    }

    [Fact]
    public async Task Rotate_OtherThings_Begins()
    {
        using var aws = Fleet();
        Begin(aws, DateTimeOffset.UtcNow);
        var (exit, output, error) = await aws.RunAsync("rotate", "v2", "--things", "c", "--canary", "c", "--no-check", "--yes", "--detach");
        Assert.True(exit == 4, $"{exit} {output} {error}");
        Assert.Contains("has begun", output, StringComparison.Ordinal);
    }

    /// <summary>The younger one gives way, and only that one.</summary>
    [Theory]
    [InlineData(-1, true)]
    [InlineData(60, false)]
    public async Task Rotate_AnotherBeganInTheSameMoment_TheYoungerWithdraws(int seconds, bool withdraws)
    {
        using var aws = Fleet();
        aws.Made = _ => Begin(aws, DateTimeOffset.UtcNow.AddSeconds(seconds));
        var (exit, output, error) = await aws.RunAsync("rotate", "v2", "--things", "b", "--canary", "b", "--no-check", "--yes", "--detach");
        Assert.True(exit == 4, $"{exit} {output} {error}");
        var own = aws.Jobs.Values.Single(j => j.Id.StartsWith("v2-", StringComparison.Ordinal));
        Assert.Equal(withdraws ? ("CANCELED", RotationJob.Withdrawn) : ("IN_PROGRESS", null), (own.Status, own.Reason));
        Assert.Equal(withdraws, error.Contains(Other, StringComparison.Ordinal));
    }

    [Fact]
    public void Next_CanaryWasMovedByAnotherRotation_NamesIt()
    {
        var moved = Canary("a", "SUCCEEDED", alias: "v3", reported: TimeSpan.FromMinutes(1));
        var state = State(Job(RotationStage.Canary, 1, "COMPLETED", Counts(succeeded: 1))) with
        {
            Canaries = [moved with { State = moved.State! with { Change = new AliasChange("applied", null, null, null, $"{Other}-fleet-1") } }],
        };
        Assert.Contains($"a was moved to v3 by the rotation {Other} (job {Other}-fleet-1)", Assert.IsType<RotationStep.Over>(RotationRules.Next(state, Start.AddMinutes(2))).What, StringComparison.Ordinal);
    }

    private static FakeAws Fleet() => new()
    {
        Things = { ["a"] = ("v1", null), ["b"] = ("v1", null), ["c"] = ("v1", null) },
        Groups = { ["inner"] = ["a", "b"], ["outer"] = ["a", "b", "c"], ["overlapping"] = ["b", "c"] },
    };

    /// <summary>A rotation of the group <c>inner</c>.</summary>
    private static void Begin(FakeAws aws, DateTimeOffset created) => aws.Jobs[$"{Other}-canary-1"] = new FakeJob(
        $"{Other}-canary-1", new RotationPlan(Other, "v3", ["v1"], "inner", []) { Expires = DateTimeOffset.UtcNow.AddDays(1) }.Description(), created)
    { Executions = { ["a"] = "IN_PROGRESS" } };
}
