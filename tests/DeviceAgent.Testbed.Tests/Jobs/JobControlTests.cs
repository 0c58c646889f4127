using DeviceAgent.Testbed.Jobs;
using DeviceAgent.Testbed.Registry;

namespace DeviceAgent.Testbed.Tests.Jobs;

public sealed class JobControlTests : IDisposable
{
    private readonly JobsWorld _world = new(3);

    [Fact]
    public void Create_SameIdAgain_IsAConflictThatNamesTheJob()
    {
        _world.Job();

        var refusal = JobsWorld.Refused(409, "ResourceAlreadyExistsException", () => _world.Job());

        Assert.Equal("arn:aws:iot:us-east-1:123456789012:job/j", refusal.ResourceArn);
    }

    [Theory]
    [InlineData("arn:aws:iot:us-east-1:123456789012:thing/nobody", 404)]
    [InlineData("arn:aws:iot:us-east-1:123456789012:thinggroup/none", 404)]
    [InlineData("arn:aws:iot:us-east-1:210987654321:thing/t01", 400)]
    [InlineData("t01", 400)]
    public void Create_TargetThatIsNone_IsRefused(string target, int status)
    {
        var refusal = Assert.ThrowsAny<RegistryException>(() => _world.Control.Create("j", "{}", [target], TargetSelection.Snapshot, new JobSettings(), null));

        Assert.Equal(status, refusal.StatusCode);
        Assert.Empty(_world.Control.List());
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[1]")]
    [InlineData("\"text\"")]
    public void Create_DocumentThatIsNoObject_IsRefused(string document) => JobsWorld.Refused(
        400, "InvalidRequestException", () => _world.Control.Create("j", document, [Thing.ArnOf("t01")], TargetSelection.Snapshot, new JobSettings(), null));

    [Fact]
    public void Create_Limits_AreChecked()
    {
        JobsWorld.Refused(400, "InvalidRequestException", () => _world.Job(new string('j', 65)));
        JobsWorld.Refused(400, "InvalidRequestException", () => _world.Job("a.b"));
        JobsWorld.Refused(400, "InvalidRequestException", () => _world.Control.Create("j", $$"""{"x":"{{new string('y', 32768)}}"}""", [Thing.ArnOf("t01")], TargetSelection.Snapshot, new JobSettings(), null));
        JobsWorld.Refused(400, "InvalidRequestException", () => _world.Control.Create("j", "{}", [], TargetSelection.Snapshot, new JobSettings(), null));
        JobsWorld.Refused(400, "InvalidRequestException", () => _world.Control.Create("j", "{}", [.. Enumerable.Repeat(Thing.ArnOf("t01"), 101)], TargetSelection.Snapshot, new JobSettings(), null));
    }

    [Fact]
    public void Cancel_WithoutForce_LeavesWhatIsInProgress()
    {
        _world.Job(settings: new JobSettings { Rollout = new JobRollout(60, null) });
        _world.Time.Advance(TimeSpan.FromSeconds(1));
        _world.Report("t01", ExecutionStatus.InProgress);

        var job = _world.Control.Cancel("j", force: false, "BAD_ROLE", "the role may not write");
        _world.Time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal((JobStatus.Canceled, "BAD_ROLE", "the role may not write", false), (job.Status, job.ReasonCode, job.Comment, job.ForceCanceled));
        Assert.Equal(["IN_PROGRESS", "CANCELED"], _world.Control.ExecutionsOfJob("j").OrderBy(e => e.ThingName).Select(e => e.Status));
    }

    [Fact]
    public void Cancel_WithForce_EndsWhatIsInProgressToo()
    {
        _world.Job();
        _world.Report("t01", ExecutionStatus.InProgress);
        _world.Control.Cancel("j", force: false, null, null);

        _world.Control.Cancel("j", force: true, null, null);

        Assert.True(_world.Control.Get("j").ForceCanceled);
        Assert.Equal([true, false, false], _world.Control.ExecutionsOfJob("j").OrderBy(e => e.ThingName).Select(e => e.ForceCanceled));
        Assert.Equal(3, _world.Count(ExecutionStatus.Canceled));
    }

    [Fact]
    public void Cancel_CompletedJob_IsRefused()
    {
        _world.JobFor("t01");
        _world.Report("t01", ExecutionStatus.Succeeded);

        JobsWorld.Refused(400, "InvalidRequestException", () => _world.Control.Cancel("j", force: true, null, null));
        JobsWorld.Refused(404, "ResourceNotFoundException", () => _world.Control.Cancel("none", force: true, null, null));
    }

    [Fact]
    public void Delete_ActiveJob_NeedsForce()
    {
        _world.JobFor("t01");
        JobsWorld.Refused(409, "InvalidStateTransitionException", () => _world.Control.Delete("j", force: false));
        _world.Report("t01", ExecutionStatus.Succeeded);

        _world.Control.Delete("j", force: false);

        Assert.Empty(_world.Control.List());
        Assert.Empty(_world.Control.ExecutionsOfThing("t01"));
    }

    [Fact]
    public void Delete_CanceledJobWithAnExecutionInProgress_NeedsForce()
    {
        _world.JobFor("t01");
        _world.Report("t01", ExecutionStatus.InProgress);
        _world.Control.Cancel("j", force: false, null, null);

        JobsWorld.Refused(409, "InvalidStateTransitionException", () => _world.Control.Delete("j", force: false));
        _world.Control.Delete("j", force: true);
        JobsWorld.Refused(404, "ResourceNotFoundException", () => _world.Report("t01", ExecutionStatus.Succeeded));
    }

    [Fact]
    public void CancelExecution_InProgress_NeedsForce()
    {
        _world.Job();
        _world.Report("t01", ExecutionStatus.InProgress);

        JobsWorld.Refused(409, "InvalidStateTransitionException", () => _world.Control.CancelExecution("t01", "j", force: false, null, null));
        JobsWorld.Refused(409, "VersionConflictException", () => _world.Control.CancelExecution("t01", "j", force: true, expectedVersion: 1, null));
        _world.Control.CancelExecution("t01", "j", force: true, expectedVersion: 2, new Dictionary<string, string> { ["why"] = "stuck" });

        var execution = _world.Control.Execution("t01", "j", null);
        Assert.Equal((ExecutionStatus.Canceled, true, "stuck"), (execution.Status, execution.ForceCanceled, execution.StatusDetails["why"]));
        JobsWorld.Refused(409, "InvalidStateTransitionException", () => _world.Control.CancelExecution("t01", "j", force: true, null, null));
    }

    [Fact]
    public void DeleteExecution_Deleted_IsNotReachedAgain()
    {
        _world.Job();
        JobsWorld.Refused(409, "InvalidStateTransitionException", () => _world.Control.DeleteExecution("t01", "j", 1, force: false));
        JobsWorld.Refused(404, "ResourceNotFoundException", () => _world.Control.DeleteExecution("t01", "j", 2, force: true));

        _world.Control.DeleteExecution("t01", "j", 1, force: true);
        _world.Time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(["t02", "t03"], _world.Control.ExecutionsOfJob("j").Select(e => e.ThingName).Order());
    }

    [Fact]
    public void Associate_ContinuousJob_ReachesTheNewTarget()
    {
        _world.Iot.Registry.Things.Create("alone", null, new Dictionary<string, string>());
        _world.Job(selection: TargetSelection.Continuous);
        _world.Job("snapshot");

        _world.Control.Associate("j", [Thing.ArnOf("alone")], "one more");

        Assert.Equal(ExecutionStatus.Queued, _world.StatusOf("alone", "j"));
        JobsWorld.Refused(400, "InvalidRequestException", () => _world.Control.Associate("snapshot", [Thing.ArnOf("alone")], null));
        JobsWorld.Refused(404, "ResourceNotFoundException", () => _world.Control.Associate("j", [Thing.ArnOf("nobody")], null));
    }

    [Fact]
    public void Update_Settings_ReplaceThoseGivenAndLeaveTheOthers()
    {
        _world.Job(settings: new JobSettings { Description = "d", Rollout = new JobRollout(1, null), InProgressTimeoutMinutes = 5 });

        _world.Control.Update("j", new JobSettings { Rollout = new JobRollout(60, null) });
        _world.Time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(("d", 5), (_world.Control.Get("j").Settings.Description, _world.Control.Get("j").Settings.InProgressTimeoutMinutes));
        Assert.Equal(3, _world.Reached());
        _world.Control.Cancel("j", true, null, null);
        JobsWorld.Refused(400, "InvalidRequestException", () => _world.Control.Update("j", new JobSettings { Description = "e" }));
    }

    [Fact]
    public void Schedule_Start_IsWaitedFor()
    {
        _world.Job(schedule: new JobSchedule(_world.Time.GetUtcNow().AddMinutes(40), null, JobSchedule.StopRollout));
        _world.Time.Advance(TimeSpan.FromMinutes(39));
        _world.Join("t04");
        Assert.Equal((JobStatus.Scheduled, 0), (_world.StatusOf(), _world.Reached()));

        _world.Time.Advance(TimeSpan.FromMinutes(1) + TimeSpan.FromSeconds(1));

        Assert.Equal((JobStatus.InProgress, 4), (_world.StatusOf(), _world.Reached()));
    }

    [Theory]
    [InlineData(JobSchedule.StopRollout, JobStatus.InProgress, ExecutionStatus.InProgress, ExecutionStatus.Queued)]
    [InlineData(JobSchedule.Cancel, JobStatus.Canceled, ExecutionStatus.InProgress, ExecutionStatus.Canceled)]
    [InlineData(JobSchedule.ForceCancel, JobStatus.Canceled, ExecutionStatus.Canceled, ExecutionStatus.Canceled)]
    public void Schedule_End_DoesWhatItsBehaviorSays(string behavior, string job, string begun, string queued)
    {
        _world.Job(settings: new JobSettings { Rollout = new JobRollout(1, new ExponentialRate(1, 2, null, 10)) }, schedule: new JobSchedule(null, _world.Time.GetUtcNow().AddSeconds(90), behavior));
        _world.Report("t01", ExecutionStatus.InProgress);

        _world.Time.Advance(TimeSpan.FromMinutes(10));

        Assert.Equal((job, begun, queued, 2), (_world.StatusOf(), _world.StatusOf("t01", "j"), _world.StatusOf("t02", "j"), _world.Reached()));
    }

    [Fact]
    public void Overview_EveryJob_NewestFirstWithItsExecutions()
    {
        _world.Job("old");
        _world.Time.Advance(TimeSpan.FromSeconds(1));
        _world.JobFor("t02", "new");
        _world.Report("t02", ExecutionStatus.InProgress, "new");

        var overview = _world.Iot.Jobs.Overview();

        Assert.Equal(["new", "old"], overview.Select(o => o.Job.Id));
        Assert.Equal((1, 3), (overview[0].Counts[ExecutionStatus.InProgress], overview[1].Executions.Count));
    }

    public void Dispose() => _world.Dispose();
}
