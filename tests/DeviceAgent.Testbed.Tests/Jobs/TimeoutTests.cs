using DeviceAgent.Testbed.Jobs;

namespace DeviceAgent.Testbed.Tests.Jobs;

public sealed class TimeoutTests : IDisposable
{
    private static readonly JobSettings TwentyMinutes = new() { InProgressTimeoutMinutes = 20 };

    private readonly JobsWorld _world = new();

    [Fact]
    public void InProgressTimer_StartsWithTheExecution_NotWithTheJob()
    {
        _world.Job(settings: TwentyMinutes);
        _world.Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(ExecutionStatus.Queued, _world.StatusOf("t01", "j"));

        _world.Devices.StartNext("t01", null, null);
        _world.Time.Advance(TimeSpan.FromMinutes(20) - TimeSpan.FromSeconds(2));
        Assert.Equal(ExecutionStatus.InProgress, _world.StatusOf("t01", "j"));
        _world.Time.Advance(TimeSpan.FromSeconds(3));

        Assert.Equal((ExecutionStatus.TimedOut, JobStatus.Completed), (_world.StatusOf("t01", "j"), _world.StatusOf()));
    }

    [Fact]
    public void StepTimer_NewValueReplaces_AndNeverPassesTheWhole()
    {
        _world.Job(settings: TwentyMinutes);
        _world.Devices.StartNext("t01", null, null);
        _world.Time.Advance(TimeSpan.FromMinutes(5));
        _world.Report("t01", ExecutionStatus.InProgress, stepTimeout: 7);
        _world.Time.Advance(TimeSpan.FromMinutes(5));
        _world.Report("t01", ExecutionStatus.InProgress, stepTimeout: 5);
        _world.Time.Advance(TimeSpan.FromMinutes(3));
        _world.Report("t01", ExecutionStatus.InProgress, stepTimeout: 9);

        _world.Time.Advance(TimeSpan.FromMinutes(6));
        Assert.Equal(ExecutionStatus.InProgress, _world.StatusOf("t01", "j"));
        _world.Time.Advance(TimeSpan.FromMinutes(1) + TimeSpan.FromSeconds(1));

        Assert.Equal(ExecutionStatus.TimedOut, _world.StatusOf("t01", "j"));
    }

    [Fact]
    public void StepTimer_WithoutTimeoutConfig_Expires()
    {
        _world.Job();
        _world.Devices.StartNext("t01", null, stepTimeoutMinutes: 1);

        _world.Time.Advance(TimeSpan.FromSeconds(62));

        Assert.Equal(ExecutionStatus.TimedOut, _world.StatusOf("t01", "j"));
    }

    [Fact]
    public void StepTimer_MinusOne_StopsIt()
    {
        _world.Job();
        _world.Devices.StartNext("t01", null, stepTimeoutMinutes: 1);
        _world.Report("t01", ExecutionStatus.InProgress, stepTimeout: -1);

        _world.Time.Advance(TimeSpan.FromDays(1));

        Assert.Equal(ExecutionStatus.InProgress, _world.StatusOf("t01", "j"));
    }

    [Fact]
    public void Timeout_OfACanceledJob_StillEndsWhatIsInProgress()
    {
        _world.Job(settings: TwentyMinutes);
        _world.Devices.StartNext("t01", null, null);
        _world.Control.Cancel("j", force: false, null, null);

        _world.Time.Advance(TimeSpan.FromMinutes(21));

        Assert.Equal((ExecutionStatus.TimedOut, JobStatus.Canceled), (_world.StatusOf("t01", "j"), _world.StatusOf()));
    }

    [Fact]
    public void UpdateJob_NewTimeout_IsForExecutionsThatBeginLater()
    {
        _world.Join("t02");
        _world.Job(settings: TwentyMinutes);
        _world.Devices.StartNext("t01", null, null);
        _world.Control.Update("j", new JobSettings { InProgressTimeoutMinutes = 5 });
        _world.Devices.StartNext("t02", null, null);

        _world.Time.Advance(TimeSpan.FromMinutes(6));

        Assert.Equal((ExecutionStatus.InProgress, ExecutionStatus.TimedOut), (_world.StatusOf("t01", "j"), _world.StatusOf("t02", "j")));
    }

    [Fact]
    public void Retry_Failed_QueuesAnewUntilUsedUp()
    {
        _world.Job(settings: new JobSettings { Retry = [new RetryCriterion(ExecutionStatus.Failed, 2)] });

        _world.Report("t01", ExecutionStatus.Failed);
        var second = _world.Control.Execution("t01", "j", null);
        _world.Report("t01", ExecutionStatus.Failed);
        _world.Report("t01", ExecutionStatus.Failed);

        Assert.Equal((ExecutionStatus.Queued, 2L, 1, 1L), (second.Status, second.Number, second.RetryAttempt, second.Version));
        Assert.Equal([0, 1, 2], _world.Control.ExecutionsOfJob("j").Select(e => e.RetryAttempt));
        Assert.Equal(JobStatus.Completed, _world.StatusOf());
        Assert.Equal(1, _world.Count(ExecutionStatus.Failed));
    }

    [Fact]
    public void Retry_EachFailureType_HasItsOwnNumber()
    {
        _world.Job(settings: new JobSettings { InProgressTimeoutMinutes = 1, Retry = [new RetryCriterion(ExecutionStatus.Failed, 1), new RetryCriterion(ExecutionStatus.TimedOut, 1)] });

        _world.Report("t01", ExecutionStatus.Failed);
        _world.Devices.StartNext("t01", null, null);
        _world.Time.Advance(TimeSpan.FromSeconds(62));
        Assert.Equal(ExecutionStatus.Queued, _world.StatusOf("t01", "j"));
        _world.Report("t01", ExecutionStatus.Failed);

        Assert.Equal(3, _world.Control.Execution("t01", "j", null).Number);
        Assert.Equal(JobStatus.Completed, _world.StatusOf());
    }

    [Theory]
    [InlineData(ExecutionStatus.Rejected)]
    [InlineData(ExecutionStatus.Succeeded)]
    public void Retry_OtherOutcomes_EndIt(string status)
    {
        _world.Job(settings: new JobSettings { Retry = [new RetryCriterion(FailureType.All, 10)] });

        _world.Report("t01", status);

        Assert.Equal((1, JobStatus.Completed), (_world.Reached(), _world.StatusOf()));
    }

    [Fact]
    public void Retry_JobWasCanceled_IsNotQueued()
    {
        _world.Job(settings: new JobSettings { Retry = [new RetryCriterion(FailureType.All, 10)] });
        _world.Devices.StartNext("t01", null, null);
        _world.Control.Cancel("j", force: false, null, null);

        _world.Report("t01", ExecutionStatus.Failed);

        Assert.Equal(1, _world.Reached());
    }

    public void Dispose() => _world.Dispose();
}
