using DeviceAgent.Testbed.Jobs;

namespace DeviceAgent.Testbed.Tests.Jobs;

public sealed class DeviceJobsTests : IDisposable
{
    private readonly JobsWorld _world = new();

    [Fact]
    public void StartNext_QueuedHead_BeginsWithTheDetails()
    {
        _world.Job();
        _world.Time.Advance(TimeSpan.FromSeconds(5));

        var (execution, job) = _world.Devices.StartNext("t01", new Dictionary<string, string> { ["step"] = "begin" }, null)!;

        Assert.Equal((ExecutionStatus.InProgress, 2L, "begin"), (execution.Status, execution.Version, execution.StatusDetails["step"]));
        Assert.Equal(_world.Time.GetUtcNow(), execution.Started);
        Assert.Equal(JobsWorld.Document, job.Document);
    }

    [Fact]
    public void StartNext_HeadInProgress_ComesBackUnchanged()
    {
        _world.Job();
        var first = _world.Devices.StartNext("t01", new Dictionary<string, string> { ["step"] = "begin" }, null)!.Execution;

        Assert.Equal(first, _world.Devices.StartNext("t01", new Dictionary<string, string> { ["step"] = "again" }, 5)!.Execution);
    }

    [Fact]
    public void StartNext_NothingPending_IsNull()
    {
        Assert.Null(_world.Devices.StartNext("t01", null, null));
        Assert.Null(_world.Devices.Describe("t01", DeviceJobs.Next, null));
        Assert.Empty(_world.Devices.Pending("t01"));
    }

    [Fact]
    public void Pending_SeveralJobs_ComeByTimeOfQueueing()
    {
        foreach (var id in new[] { "z", "a", "m" })
        {
            _world.Job(id);
            _world.Time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(["z", "a", "m"], _world.Devices.Pending("t01").Select(e => e.JobId));
        Assert.Equal("z", _world.Devices.Describe("t01", DeviceJobs.Next, null)!.Execution.JobId);
    }

    [Theory]
    [InlineData(ExecutionStatus.InProgress)]
    [InlineData(ExecutionStatus.Succeeded)]
    [InlineData(ExecutionStatus.Failed)]
    [InlineData(ExecutionStatus.Rejected)]
    public void Update_FromQueuedAndFromInProgress_IsTaken(string status)
    {
        _world.Job("queued");
        _world.Job("begun");
        _world.Report("t01", ExecutionStatus.InProgress, "begun");

        Assert.Equal((status, 2L), (_world.Report("t01", status, "queued").Status, _world.Control.Execution("t01", "queued", null).Version));
        Assert.Equal((status, 3L), (_world.Report("t01", status, "begun").Status, _world.Control.Execution("t01", "begun", null).Version));
    }

    [Theory]
    [InlineData(ExecutionStatus.Queued)]
    [InlineData(ExecutionStatus.TimedOut)]
    [InlineData(ExecutionStatus.Canceled)]
    [InlineData(ExecutionStatus.Removed)]
    public void Update_ToAStateOfTheService_IsRefused(string status)
    {
        _world.Job();

        var refusal = JobsWorld.Refused(409, "InvalidStateTransitionException", () => _world.Report("t01", status));

        Assert.Equal(ExecutionStatus.Queued, Assert.IsType<JobRefusal>(refusal).Execution!.Status);
    }

    [Theory]
    [InlineData(ExecutionStatus.Succeeded)]
    [InlineData(ExecutionStatus.Failed)]
    [InlineData(ExecutionStatus.Rejected)]
    [InlineData(ExecutionStatus.TimedOut)]
    [InlineData(ExecutionStatus.Canceled)]
    [InlineData(ExecutionStatus.Removed)]
    public void Update_FromATerminalState_IsRefused(string terminal)
    {
        _world.Job(selection: TargetSelection.Continuous);
        if (terminal == ExecutionStatus.TimedOut)
        {
            _world.Devices.StartNext("t01", null, 1);
            _world.Time.Advance(TimeSpan.FromMinutes(2));
        }
        else if (terminal == ExecutionStatus.Canceled)
        {
            _world.Control.CancelExecution("t01", "j", false, null, null);
        }
        else if (terminal == ExecutionStatus.Removed)
        {
            _world.Iot.Registry.ThingGroups.Remove("fleet", "t01");
            _world.Time.Advance(TimeSpan.FromSeconds(1));
        }
        else
        {
            _world.Report("t01", terminal);
        }

        Assert.Equal(terminal, _world.StatusOf("t01", "j"));
        foreach (var status in ExecutionStatus.Reportable) JobsWorld.Refused(409, "InvalidStateTransitionException", () => _world.Report("t01", status));
        JobsWorld.Refused(410, "TerminalStateException", () => _world.Devices.Describe("t01", "j", null));
    }

    [Fact]
    public void Update_OtherVersionExpected_ChangesNothing()
    {
        _world.Job();

        var refusal = JobsWorld.Refused(409, "VersionConflictException", () => _world.Report("t01", ExecutionStatus.Succeeded, expectedVersion: 2));

        Assert.Equal(1, Assert.IsType<JobRefusal>(refusal).Execution!.Version);
        Assert.Equal(ExecutionStatus.Queued, _world.StatusOf("t01", "j"));
        Assert.Equal(ExecutionStatus.Succeeded, _world.Report("t01", ExecutionStatus.Succeeded, expectedVersion: 1).Status);
    }

    [Fact]
    public void Update_Details_StayUntilGiven()
    {
        _world.Job();
        _world.Report("t01", ExecutionStatus.InProgress, details: new() { ["a"] = "1", ["b"] = "2" });

        Assert.Equal(2, _world.Report("t01", ExecutionStatus.InProgress).StatusDetails.Count);
        Assert.Equal(["c"], _world.Report("t01", ExecutionStatus.Succeeded, details: new() { ["c"] = "3" }).StatusDetails.Keys);
    }

    [Fact]
    public void Update_NumberOfAnEarlierAttempt_IsTerminal()
    {
        _world.Job(settings: new JobSettings { Retry = [new RetryCriterion(FailureType.All, 1)] });
        _world.Report("t01", ExecutionStatus.Failed);

        JobsWorld.Refused(409, "InvalidStateTransitionException", () => _world.Devices.Update("t01", "j", new ExecutionUpdate(ExecutionStatus.Succeeded, null, null, null, Number: 1)));
        JobsWorld.Refused(404, "ResourceNotFoundException", () => _world.Devices.Update("t01", "j", new ExecutionUpdate(ExecutionStatus.Succeeded, null, null, null, Number: 3)));
        Assert.Equal(2, _world.Devices.Update("t01", "j", new ExecutionUpdate(ExecutionStatus.Succeeded, null, null, null, Number: 2)).Execution.Number);
    }

    [Fact]
    public void Unknown_ThingJobOrExecution_IsNotFound()
    {
        _world.Iot.Registry.Things.Create("other", null, new Dictionary<string, string>());
        _world.JobFor("t01");

        JobsWorld.Refused(404, "ResourceNotFoundException", () => _world.Devices.Pending("nobody"));
        JobsWorld.Refused(404, "ResourceNotFoundException", () => _world.Devices.StartNext("nobody", null, null));
        JobsWorld.Refused(404, "ResourceNotFoundException", () => _world.Devices.Describe("t01", "none", null));
        JobsWorld.Refused(404, "ResourceNotFoundException", () => _world.Devices.Describe("other", "j", null));
        JobsWorld.Refused(404, "ResourceNotFoundException", () => _world.Report("other", ExecutionStatus.Succeeded));
    }

    public void Dispose() => _world.Dispose();
}
