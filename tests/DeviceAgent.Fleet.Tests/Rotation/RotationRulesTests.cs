using DeviceAgent.Fleet.Rotation;
using static DeviceAgent.Fleet.Tests.Rotation.Rotations;

namespace DeviceAgent.Fleet.Tests.Rotation;

public sealed class RotationRulesTests
{
    private static readonly RotationJob Proven = Job(RotationStage.Canary, 1, "COMPLETED", Counts(succeeded: 2));
    private static readonly Canary[] Good = [Canary("a", "SUCCEEDED"), Canary("b", "SUCCEEDED", after: TimeSpan.FromMinutes(1))];

    [Fact]
    public void Next_CanariesUnderWay_Waits() =>
        Assert.IsType<RotationStep.Wait>(Next(State(Job(RotationStage.Canary, 1, "IN_PROGRESS", Counts(inProgress: 1, succeeded: 1))), TimeSpan.FromHours(3)));

    /// <summary>From the last success, by AWS's clock: so that it counts on when the tool was killed.</summary>
    [Fact]
    public void Next_CanariesProven_ProbationCountsFromTheLastSuccess()
    {
        var state = State(Proven) with { Canaries = Good };
        Assert.Equal(Start.AddMinutes(11), Assert.IsType<RotationStep.Probation>(Next(state, TimeSpan.FromMinutes(10.9))).Until);
        Assert.IsType<RotationStep.BeginFleet>(Next(state, TimeSpan.FromMinutes(11)));
    }

    [Fact]
    public void Next_CanaryIsOnTheOldAliasAgain_Stops()
    {
        var state = State(Proven) with { Canaries = [Good[0], Canary("b", "SUCCEEDED", alias: "v1", reported: TimeSpan.FromMinutes(2))] };
        var over = Assert.IsType<RotationStep.Over>(Next(state, TimeSpan.FromMinutes(3)));
        Assert.Equal(RotationEnd.CanaryStopped, over.End);
        Assert.Contains("b is on v1 again", over.What, StringComparison.Ordinal);
    }

    /// <summary>The device tells the job first.</summary>
    [Fact]
    public void Next_ShadowOfACanaryIsOlderThanItsSuccess_IsNotHeldAgainstIt()
    {
        var state = State(Proven) with { Canaries = [Good[0], Canary("b", "SUCCEEDED", alias: "v1", after: TimeSpan.FromMinutes(1), reported: TimeSpan.Zero)] };
        Assert.IsType<RotationStep.Probation>(Next(state, TimeSpan.FromMinutes(1)));
    }

    [Fact]
    public void Next_CanaryIsNotWellAtTheEndOfProbation_Stops()
    {
        var state = State(Proven) with { Canaries = [Good[0], Canary("b", "SUCCEEDED", health: "upload: denied")] };
        Assert.IsType<RotationStep.Probation>(Next(state, TimeSpan.FromMinutes(1)));
        Assert.Equal(RotationEnd.CanaryStopped, Assert.IsType<RotationStep.Over>(Next(state, TimeSpan.FromHours(1))).End);
    }

    [Fact]
    public void Next_CanaryFailed_WaitsForTheOthersAndStops()
    {
        Canary[] canaries = [Good[0], Canary("b", "FAILED")];
        var busy = State(Job(RotationStage.Canary, 1, "CANCELED", Counts(inProgress: 1, failed: 1))) with { Canaries = canaries };
        Assert.IsType<RotationStep.Wait>(Next(busy, TimeSpan.Zero));
        var over = State(Job(RotationStage.Canary, 1, "CANCELED", Counts(succeeded: 1, failed: 1))) with { Canaries = canaries };
        Assert.Equal(RotationEnd.CanaryStopped, Assert.IsType<RotationStep.Over>(Next(over, TimeSpan.Zero)).End);
    }

    [Fact]
    public void Next_CanaryDoesNotBegin_IsGivenUpAfterItsTime()
    {
        var state = State(Job(RotationStage.Canary, 1, "IN_PROGRESS", Counts(queued: 1, succeeded: 1))) with { Canaries = [Good[0], Canary("b", "QUEUED", alias: null)] };
        Assert.IsType<RotationStep.Wait>(Next(state, TimeSpan.FromMinutes(59)));
        Assert.Contains("b", Assert.IsType<RotationStep.StopCanaries>(Next(state, TimeSpan.FromMinutes(61))).What, StringComparison.Ordinal);
        var stopped = state with { Jobs = [Job(RotationStage.Canary, 1, "CANCELED", Counts(succeeded: 1), RotationJob.CanarySilent)] };
        Assert.Equal(RotationEnd.CanaryStopped, Assert.IsType<RotationStep.Over>(Next(stopped, TimeSpan.FromMinutes(61))).End);
    }

    [Theory]
    [InlineData("COMPLETED", null, nameof(RotationEnd.Complete))]
    [InlineData("CANCELED", RotationJob.Paused, nameof(RotationEnd.Paused))]
    [InlineData("CANCELED", RotationJob.Aborted, nameof(RotationEnd.Aborted))]
    [InlineData("CANCELED", "SOMEBODY", nameof(RotationEnd.Aborted))]
    [InlineData("CANCELED", null, nameof(RotationEnd.Threshold))]
    public void Next_FleetsJobHasEnded_TellsWhy(string status, string? reasonCode, string end)
    {
        Assert.Equal(Enum.Parse<RotationEnd>(end), Assert.IsType<RotationStep.Over>(Next(State(Proven, Job(RotationStage.Fleet, 1, status, Counts(succeeded: 4), reasonCode)), TimeSpan.Zero)).End);
        Assert.IsType<RotationStep.Wait>(Next(State(Proven, Job(RotationStage.Fleet, 1, status, Counts(succeeded: 3, inProgress: 1), reasonCode)), TimeSpan.Zero));
    }

    [Fact]
    public void Next_FleetPausedAndResumed_IsUnderWay() => Assert.IsType<RotationStep.Wait>(Next(
        State(Proven, Job(RotationStage.Fleet, 1, "CANCELED", Counts(succeeded: 1), RotationJob.Paused), Job(RotationStage.Fleet, 2, "IN_PROGRESS", Counts(queued: 1))), TimeSpan.Zero));

    [Fact]
    public void Next_RolledBack_IsOverWhenAllHaveAnswered()
    {
        RotationJob[] before = [Proven, Job(RotationStage.Fleet, 1, "CANCELED", Counts(succeeded: 1), RotationJob.RolledBack)];
        Assert.IsType<RotationStep.Wait>(Next(State([.. before, Job(RotationStage.Rollback, 1, "COMPLETED", Counts(succeeded: 3)), Job(RotationStage.Rollback, 2, "IN_PROGRESS", Counts(inProgress: 1))]), TimeSpan.Zero));
        Assert.Equal(RotationEnd.RolledBack, Assert.IsType<RotationStep.Over>(Next(State([.. before, Job(RotationStage.Rollback, 1, "COMPLETED", Counts(succeeded: 3))]), TimeSpan.Zero)).End);
    }

    private static RotationStep Next(RotationState state, TimeSpan after) => RotationRules.Next(state, Start + after);
}
