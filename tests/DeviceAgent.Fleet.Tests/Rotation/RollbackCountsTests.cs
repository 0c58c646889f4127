using DeviceAgent.Fleet.Aws;
using DeviceAgent.Fleet.Rotation;
using DeviceAgent.Fleet.Things;
using static DeviceAgent.Fleet.Tests.Rotation.Rotations;

namespace DeviceAgent.Fleet.Tests.Rotation;

public sealed class RollbackCountsTests
{
    private static readonly ThingExecution Succeeded = new("a", "SUCCEEDED", Start);
    private static readonly ThingExecution Failed = new("a", "FAILED", Start.AddMinutes(5));

    [Fact]
    public void Result_ThingIsBackByALaterJob_IsNotAFailure()
    {
        Assert.Equal(ThingResult.RollbackFailed, RotationSummary.Result(Plan, Now("v2", 10), Succeeded, Failed));
        Assert.Equal(ThingResult.RollbackFailed, RotationSummary.Result(Plan, Now("v1", 1), Succeeded, Failed));
        Assert.Equal(ThingResult.RolledBack, RotationSummary.Result(Plan, Now("v1", 10), Succeeded, Failed));
    }

    [Fact]
    public void Result_ThingWasMovedOnByALaterJob_IsNotAFailure()
    {
        Assert.Equal(ThingResult.Failed, RotationSummary.Result(Plan, Now("v1", 10), Succeeded, null));
        Assert.Equal(ThingResult.MovedOn, RotationSummary.Result(Plan, Now("v3", 10) with { Change = new AliasChange("applied", null, null, null, "v3-20260302-120000-fleet-1") }, Succeeded, null));
    }

    [Fact]
    public async Task Find_ThingAskedByTwoRollbacks_IsCountedOnce()
    {
        using var aws = new FakeAws { Things = { ["a"] = ("v1", null), ["b"] = ("v1", null) }, Groups = { ["fleet"] = ["a", "b"] } };
        Add(aws, RotationStage.Fleet, 1, ("a", "SUCCEEDED"), ("b", "SUCCEEDED"));
        Add(aws, RotationStage.Rollback, 1, ("a", "SUCCEEDED"), ("b", "FAILED"));
        Add(aws, RotationStage.Rollback, 2, ("b", "SUCCEEDED"));
        var (exit, output, error) = await aws.RunAsync("watch", Plan.Name);
        Assert.True(exit == 0, $"{exit} {output} {error}");
        Assert.Contains("rollback: 2 back of 2;", output, StringComparison.Ordinal);
        Assert.Matches("rolled back +2  a, b", output);
    }

    private static void Add(FakeAws aws, RotationStage stage, int number, params (string Thing, string Status)[] executions)
    {
        var id = Plan.JobId(stage, number);
        aws.Jobs[id] = new FakeJob(id, Plan.Description(), DateTimeOffset.UtcNow.AddMinutes(number)) { Status = "COMPLETED", Executions = executions.ToDictionary(e => e.Thing, e => e.Status) };
    }

    private static ThingState Now(string alias, int minutes) => new("a") { Alias = alias, ReportedAt = Start.AddMinutes(minutes) };
}
