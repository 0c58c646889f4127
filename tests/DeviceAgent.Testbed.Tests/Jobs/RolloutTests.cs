using DeviceAgent.Testbed.Jobs;
using DeviceAgent.Testbed.Registry;

namespace DeviceAgent.Testbed.Tests.Jobs;

public sealed class RolloutTests : IDisposable
{
    private readonly JobsWorld _world = new(20);

    [Fact]
    public void Create_WithoutRolloutConfig_ReachesAllAtOnce()
    {
        _world.Job();

        Assert.Equal(20, _world.Reached());
        Assert.Empty(_world.Control.Describe("j").Processing);
    }

    [Fact]
    public void Rollout_MaximumPerMinute_IsSpreadOverTheMinute()
    {
        _world.Job(settings: new JobSettings { Rollout = new JobRollout(6, null) });
        var reached = new List<int> { _world.Reached() };

        for (var i = 0; i < 6; i++)
        {
            _world.Time.Advance(TimeSpan.FromSeconds(10));
            reached.Add(_world.Reached());
        }

        Assert.Equal([1, 2, 3, 4, 5, 6, 7], reached);
        Assert.Equal([ThingGroup.ArnOf("fleet")], _world.Control.Describe("j").Processing);
    }

    [Fact]
    public void Rollout_RateAboveOneASecond_HoldsOverTheMinute()
    {
        for (var i = 21; i <= 200; i++) _world.Join($"t{i:D3}");
        _world.Job(settings: new JobSettings { Rollout = new JobRollout(150, null) });

        _world.Time.Advance(TimeSpan.FromSeconds(30));

        Assert.InRange(_world.Reached(), 74, 76);
    }

    [Fact]
    public void Rollout_ExponentialByNotified_GrowsEachTimeTheNumberIsReached()
    {
        _world.Job(settings: new JobSettings { Rollout = new JobRollout(null, new ExponentialRate(6, 2, NotifiedThings: 3, SucceededThings: null)) });

        // Three at 6 a minute (0, 10, 20 s), three at 12 (25, 30, 35 s), three at 24 (37.5, 40, 42.5 s): looked at every second.
        _world.Time.Advance(TimeSpan.FromSeconds(24));
        Assert.Equal(3, _world.Reached());
        _world.Time.Advance(TimeSpan.FromSeconds(12));
        Assert.Equal(6, _world.Reached());
        _world.Time.Advance(TimeSpan.FromSeconds(7));
        Assert.Equal(9, _world.Reached());
    }

    [Fact]
    public void Rollout_ExponentialBySucceeded_WaitsForSuccess()
    {
        _world.Job(settings: new JobSettings { Rollout = new JobRollout(60, new ExponentialRate(1, 5, NotifiedThings: null, SucceededThings: 1)) });
        _world.Time.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal(1, _world.Reached());

        _world.Report("t01", ExecutionStatus.Succeeded);
        _world.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(2, _world.Reached());
        _world.Time.Advance(TimeSpan.FromSeconds(12));
        Assert.Equal(3, _world.Reached());
    }

    [Fact]
    public void Rollout_TestbedWasOffForAnHour_GoesOnAtItsRate()
    {
        _world.Job(settings: new JobSettings { Rollout = new JobRollout(6, null) });
        _world.Time.StepWallClock(TimeSpan.FromHours(1));
        _world.Iot.Restart();

        _world.Time.Advance(TimeSpan.FromSeconds(21));

        Assert.InRange(_world.Reached(), 3, 4);
    }

    [Fact]
    public void Rollout_ClockSetBack_DoesNotStall()
    {
        _world.Job(settings: new JobSettings { Rollout = new JobRollout(6, null) });
        _world.Time.StepWallClock(TimeSpan.FromHours(-1));

        _world.Time.Advance(TimeSpan.FromSeconds(21));

        Assert.InRange(_world.Reached(), 2, 3);
    }

    [Fact]
    public void Snapshot_ThingJoinsLater_IsNotReached()
    {
        _world.Job();
        _world.Join("late");

        _world.Time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(20, _world.Reached());
    }

    [Fact]
    public void Snapshot_AllEnded_IsCompleted()
    {
        _world.Job(settings: new JobSettings { Rollout = new JobRollout(60, null) });
        for (var i = 1; i <= 20; i++)
        {
            Assert.Equal(JobStatus.InProgress, _world.StatusOf());
            _world.Report(JobsWorld.Name(i), i % 2 == 0 ? ExecutionStatus.Succeeded : ExecutionStatus.Failed);
            _world.Time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(JobStatus.Completed, _world.StatusOf());
        Assert.NotNull(_world.Control.Get("j").Completed);
        Assert.Equal((10, 10), (_world.Count(ExecutionStatus.Succeeded), _world.Count(ExecutionStatus.Failed)));
    }

    [Fact]
    public void Snapshot_TargetsOverlap_EachThingOnce()
    {
        _world.Control.Create("j", JobsWorld.Document, [Thing.ArnOf("t05"), ThingGroup.ArnOf("fleet")], TargetSelection.Snapshot, new JobSettings { Rollout = new JobRollout(1, null) }, null);

        Assert.Equal("t05", Assert.Single(_world.Control.ExecutionsOfJob("j")).ThingName);
        Assert.Equal(19, _world.Control.Get("j").Waiting.Count);
    }

    [Fact]
    public void Snapshot_GroupIsEmpty_IsCompletedAtOnce()
    {
        _world.Iot.Registry.ThingGroups.Create("empty", null, null, new Dictionary<string, string>());
        _world.Control.Create("j", JobsWorld.Document, [ThingGroup.ArnOf("empty")], TargetSelection.Snapshot, new JobSettings(), null);

        Assert.Equal(JobStatus.Completed, _world.StatusOf());
    }

    [Fact]
    public void Continuous_ThingJoinsLater_IsReachedAtOnceWhateverTheRate()
    {
        _world.Job(selection: TargetSelection.Continuous, settings: new JobSettings { Rollout = new JobRollout(1, null) });
        _world.Join("late");

        _world.Time.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal(["late", "t01"], _world.Control.ExecutionsOfJob("j").Select(e => e.ThingName).Order());
    }

    [Fact]
    public void Continuous_AllEnded_GoesOn()
    {
        _world.Job(selection: TargetSelection.Continuous);
        for (var i = 1; i <= 20; i++) _world.Report(JobsWorld.Name(i), ExecutionStatus.Succeeded);
        _world.Time.Advance(TimeSpan.FromHours(1));

        Assert.Equal(JobStatus.InProgress, _world.StatusOf());
    }

    [Fact]
    public void Continuous_ThingLeavesAndComesBack_IsRemovedAndStartsAfresh()
    {
        _world.Job(selection: TargetSelection.Continuous, settings: new JobSettings { Retry = [new RetryCriterion(FailureType.All, 1)] });
        _world.Report("t01", ExecutionStatus.Failed);
        _world.Iot.Registry.ThingGroups.Remove("fleet", "t01");
        _world.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(ExecutionStatus.Removed, _world.StatusOf("t01", "j"));

        _world.Join("t01");
        _world.Time.Advance(TimeSpan.FromSeconds(1));

        var execution = _world.Control.Execution("t01", "j", null);
        Assert.Equal((ExecutionStatus.Queued, 3L, 0), (execution.Status, execution.Number, execution.RetryAttempt));
    }

    [Fact]
    public void Snapshot_ThingIsDeleted_IsRemovedAndTheJobCanComplete()
    {
        _world.JobFor("t01");
        _world.Iot.Registry.Things.Delete("t01", null);

        _world.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal((ExecutionStatus.Removed, JobStatus.Completed), (_world.StatusOf("t01", "j"), _world.StatusOf()));
    }

    [Fact]
    public void Group_IsDeleted_ItsThingsAreRemoved()
    {
        _world.Job(selection: TargetSelection.Continuous);
        _world.Iot.Registry.ThingGroups.Delete("fleet", null);

        _world.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(20, _world.Count(ExecutionStatus.Removed));
    }

    [Fact]
    public void Restart_InTheMiddle_GoesOnWhereItStopped()
    {
        _world.Job(settings: new JobSettings { Rollout = new JobRollout(60, null) });
        _world.Time.Advance(TimeSpan.FromSeconds(4));
        _world.Report("t01", ExecutionStatus.InProgress, details: new() { ["step"] = "fetch" });

        _world.Iot.Restart();
        Assert.Equal(5, _world.Reached());
        Assert.Equal("fetch", _world.Control.Execution("t01", "j", null).StatusDetails["step"]);
        _world.Time.Advance(TimeSpan.FromSeconds(30));

        Assert.Equal(20, _world.Reached());
    }

    public void Dispose() => _world.Dispose();
}
