using DeviceAgent.Testbed.Jobs;

namespace DeviceAgent.Testbed.Tests.Jobs;

public sealed class AbortTests : IDisposable
{
    private readonly JobsWorld _world = new(20);

    [Fact]
    public void Abort_CanariesFail_StopsTheRollout()
    {
        _world.Job(settings: new JobSettings { Rollout = new JobRollout(60, null), Abort = [new AbortCriterion(ExecutionStatus.Failed, 50, 3)] });
        _world.Time.Advance(TimeSpan.FromSeconds(4));
        _world.Report("t05", ExecutionStatus.InProgress);

        _world.Report("t01", ExecutionStatus.Failed);
        _world.Report("t02", ExecutionStatus.Failed);
        Assert.Equal(JobStatus.InProgress, _world.StatusOf());
        _world.Report("t03", ExecutionStatus.Succeeded);
        _world.Time.Advance(TimeSpan.FromMinutes(5));

        var (job, counts, processing) = _world.Control.Describe("j");
        Assert.Equal(JobStatus.Canceled, job.Status);
        Assert.Contains("2 of 3 executed things ended as FAILED", job.Comment);
        Assert.Equal((2, 1, 1, 1), (counts[ExecutionStatus.Failed], counts[ExecutionStatus.Succeeded], counts[ExecutionStatus.Canceled], counts[ExecutionStatus.InProgress]));
        Assert.Empty(processing);
        Assert.Equal(5, _world.Reached());
    }

    [Fact]
    public void Abort_ThingInProgress_MayStillEnd()
    {
        _world.Job(settings: new JobSettings { Abort = [new AbortCriterion(FailureType.All, 1, 1)] });
        _world.Report("t02", ExecutionStatus.InProgress);
        _world.Report("t01", ExecutionStatus.Rejected);
        Assert.Equal(JobStatus.Canceled, _world.StatusOf());

        Assert.Equal(ExecutionStatus.Succeeded, _world.Report("t02", ExecutionStatus.Succeeded).Status);
        Assert.Equal(JobStatus.Canceled, _world.StatusOf());
    }

    [Theory]
    [InlineData(ExecutionStatus.Failed, ExecutionStatus.Failed, true)]
    [InlineData(ExecutionStatus.Failed, ExecutionStatus.Rejected, false)]
    [InlineData(ExecutionStatus.Rejected, ExecutionStatus.Rejected, true)]
    [InlineData(FailureType.All, ExecutionStatus.Rejected, true)]
    [InlineData(FailureType.All, ExecutionStatus.Succeeded, false)]
    public void Abort_FailureType_CountsItsStates(string criterion, string reported, bool aborted)
    {
        _world.Job(settings: new JobSettings { Abort = [new AbortCriterion(criterion, 100, 1)] });

        _world.Report("t01", reported);

        Assert.Equal(aborted ? JobStatus.Canceled : JobStatus.InProgress, _world.StatusOf());
    }

    [Theory]
    [InlineData(24.99, true)]
    [InlineData(25, true)]
    [InlineData(25.01, false)]
    public void Abort_Threshold_IsMetWhenReached(double threshold, bool aborted)
    {
        _world.Job(settings: new JobSettings { Abort = [new AbortCriterion(ExecutionStatus.Failed, threshold, 4)] });
        foreach (var thing in new[] { "t01", "t02", "t03" }) _world.Report(thing, ExecutionStatus.Succeeded);

        _world.Report("t04", ExecutionStatus.Failed);

        Assert.Equal(aborted ? JobStatus.Canceled : JobStatus.InProgress, _world.StatusOf());
    }

    [Fact]
    public void Abort_TimedOut_Counts()
    {
        _world.Job(settings: new JobSettings { InProgressTimeoutMinutes = 1, Abort = [new AbortCriterion(ExecutionStatus.TimedOut, 10, 1)] });
        _world.Report("t01", ExecutionStatus.InProgress);

        _world.Time.Advance(TimeSpan.FromSeconds(61));

        Assert.Equal(JobStatus.Canceled, _world.StatusOf());
    }

    [Fact]
    public void Abort_FailureThatIsTriedAgain_CountsOnlyAtTheLastAttempt()
    {
        _world.Job(settings: new JobSettings { Retry = [new RetryCriterion(ExecutionStatus.Failed, 1)], Abort = [new AbortCriterion(ExecutionStatus.Failed, 1, 1)] });

        _world.Report("t01", ExecutionStatus.Failed);
        Assert.Equal(JobStatus.InProgress, _world.StatusOf());
        _world.Report("t01", ExecutionStatus.Failed);

        Assert.Equal(JobStatus.Canceled, _world.StatusOf());
    }

    public void Dispose() => _world.Dispose();
}
