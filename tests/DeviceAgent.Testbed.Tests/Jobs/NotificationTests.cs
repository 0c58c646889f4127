using DeviceAgent.Testbed.Jobs;

namespace DeviceAgent.Testbed.Tests.Jobs;

public sealed class NotificationTests : IDisposable
{
    private const string Notify = "$aws/things/t01/jobs/notify";
    private const string NotifyNext = "$aws/things/t01/jobs/notify-next";

    private readonly JobsWorld _world = new();

    [Fact]
    public void Queued_FirstJob_IsListedAndNext()
    {
        _world.Job();

        var messages = _world.Bus.Take();
        var now = _world.Time.GetUtcNow().ToUnixTimeSeconds();
        Assert.Equal([Notify, NotifyNext], messages.Select(m => m.Topic));
        Assert.Equal(
            $$$"""{"timestamp":{{{now}}},"jobs":{"QUEUED":[{"jobId":"j","queuedAt":{{{now}}},"lastUpdatedAt":{{{now}}},"executionNumber":1,"versionNumber":1}]}}""",
            messages[0].Payload.ToJsonString());
        Assert.Equal(
            $$$$"""{"timestamp":{{{{now}}}},"execution":{"jobId":"j","status":"QUEUED","queuedAt":{{{{now}}}},"lastUpdatedAt":{{{{now}}}},"executionNumber":1,"versionNumber":1,"jobDocument":{"operation":"rotate-role-alias","roleAlias":"blue"}}}""",
            messages[1].Payload.ToJsonString());
    }

    [Fact]
    public void Queued_SecondJob_IsListedButNotNext()
    {
        _world.Job("first");
        _world.Bus.Take();

        _world.Job("second");

        Assert.Equal([Notify], _world.Bus.TakeNotifications());
    }

    [Fact]
    public void Begun_OrProgress_TellsNothing()
    {
        _world.Job();
        _world.Bus.Take();

        _world.Devices.StartNext("t01", null, null);
        _world.Report("t01", ExecutionStatus.InProgress, details: new() { ["step"] = "proving" });

        Assert.Empty(_world.Bus.Take());
    }

    [Fact]
    public void Begun_NotTheHead_MovesItToTheHead()
    {
        _world.Job("first");
        _world.Job("second");
        _world.Bus.Take();

        _world.Report("t01", ExecutionStatus.InProgress, "second");

        Assert.Equal([NotifyNext], _world.Bus.TakeNotifications());
        Assert.Equal(["second", "first"], _world.Devices.Pending("t01").Select(e => e.JobId));
    }

    [Fact]
    public void Ended_OneFollows_IsNext()
    {
        _world.Job("first");
        _world.Time.Advance(TimeSpan.FromSeconds(1));
        _world.Job("second");
        _world.Bus.Take();

        _world.Report("t01", ExecutionStatus.Succeeded, "first");

        var messages = _world.Bus.Take();
        Assert.Equal([Notify, NotifyNext, "$aws/events/jobExecution/first/succeeded", "$aws/events/job/first/completed"], messages.Select(m => m.Topic));
        Assert.Equal("second", (string?)messages[1].Payload["execution"]!["jobId"]);
    }

    [Fact]
    public void Ended_NothingFollows_IsAnEmptyListAndNoExecution()
    {
        _world.Job();
        _world.Bus.Take();

        _world.Report("t01", ExecutionStatus.Succeeded);

        var messages = _world.Bus.Take();
        var now = _world.Time.GetUtcNow().ToUnixTimeSeconds();
        Assert.Equal($$$"""{"timestamp":{{{now}}},"jobs":{}}""", messages[0].Payload.ToJsonString());
        Assert.Equal($$$"""{"timestamp":{{{now}}}}""", messages[1].Payload.ToJsonString());
    }

    [Fact]
    public void Ended_NotTheHead_LeavesTheHead()
    {
        _world.Job("first");
        _world.Job("second");
        _world.Bus.Take();

        _world.Report("t01", ExecutionStatus.Succeeded, "second");

        Assert.Equal([Notify], _world.Bus.TakeNotifications());
    }

    [Fact]
    public void Retried_NewAttempt_IsListedAndNext()
    {
        _world.Job(settings: new JobSettings { Retry = [new RetryCriterion(FailureType.All, 1)] });
        _world.Bus.Take();

        _world.Report("t01", ExecutionStatus.Failed);

        Assert.Equal([Notify, NotifyNext], _world.Bus.TakeNotifications());
    }

    [Theory]
    [InlineData("cancel")]
    [InlineData("delete")]
    [InlineData("cancel-execution")]
    [InlineData("delete-execution")]
    public void TakenAway_ByTheOperator_IsTold(string how)
    {
        _world.Job();
        _world.Bus.Take();

        if (how == "cancel") _world.Control.Cancel("j", false, null, null);
        else if (how == "delete") _world.Control.Delete("j", force: true);
        else if (how == "cancel-execution") _world.Control.CancelExecution("t01", "j", false, null, null);
        else _world.Control.DeleteExecution("t01", "j", 1, force: true);

        Assert.Equal([Notify, NotifyNext], _world.Bus.TakeNotifications());
    }

    [Fact]
    public void List_Long_HoldsTen()
    {
        for (var i = 0; i < 12; i++) _world.Job($"j{i}");

        Assert.Equal(10, _world.Bus.Take()[^1].Payload["jobs"]!["QUEUED"]!.AsArray().Count);
    }

    [Fact]
    public void Refused_Report_TellsNothing()
    {
        _world.Job();
        _world.Bus.Take();

        Assert.ThrowsAny<Exception>(() => _world.Report("t01", ExecutionStatus.Succeeded, expectedVersion: 9));

        Assert.Empty(_world.Bus.Take());
    }

    [Fact]
    public void Events_OfAJobsWholeLife_AreInOrder()
    {
        _world.Join("t02");
        _world.Job();
        _world.Report("t01", ExecutionStatus.Rejected);
        _world.Control.Cancel("j", false, "BAD_ROLE", "stop");
        _world.Control.Delete("j", false);

        Assert.Equal(
            [
                "$aws/events/jobExecution/j/rejected", "$aws/events/jobExecution/j/canceled", "$aws/events/job/j/cancellation_in_progress", "$aws/events/job/j/canceled",
                "$aws/events/jobExecution/j/deleted", "$aws/events/jobExecution/j/deleted", "$aws/events/job/j/deletion_in_progress", "$aws/events/job/j/deleted",
            ],
            _world.Bus.TakeEvents());
    }

    public void Dispose() => _world.Dispose();
}
