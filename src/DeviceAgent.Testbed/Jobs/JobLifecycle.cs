namespace DeviceAgent.Testbed.Jobs;

/// <summary>What happens to jobs and executions of itself once something changed: retries, abort, completion.</summary>
internal sealed class JobLifecycle(JobLedger ledger, TimeProvider time)
{
    public void Enqueue(Job job, string thingName, int retryAttempt = 0) =>
        ledger.Put(new JobExecution(job.Id, thingName, (ledger.Find(job.Id, thingName)?.Number ?? 0) + 1, retryAttempt, time.GetUtcNow()));

    /// <summary>Puts an execution into a state; null leaves the details as they are.</summary>
    public JobExecution Move(JobExecution execution, string status, IReadOnlyDictionary<string, string>? details = null, bool forced = false)
    {
        var now = time.GetUtcNow();
        var begins = status == ExecutionStatus.InProgress && execution.Started is null;
        var moved = ledger.Put(execution with
        {
            Status = status,
            StatusDetails = details ?? execution.StatusDetails,
            Started = begins ? now : execution.Started,
            InProgressDeadline = begins ? Deadline(execution.JobId, now) : execution.InProgressDeadline,
            ForceCanceled = forced,
            Updated = now,
            Version = execution.Version + 1,
        });
        if (moved.IsTerminal) Retry(moved);
        return moved;
    }

    /// <summary>The abort criteria and the completion of a job whose executions changed.</summary>
    public void Settle(string jobId)
    {
        if (ledger.Find(jobId) is not { Status: JobStatus.InProgress } job) return;
        var counts = ledger.Counts(jobId);
        if (job.Settings.Abort?.FirstOrDefault(criterion => criterion.IsMet(counts)) is { } met)
        {
            Cancel(job, force: false, reasonCode: null, comment:
                $"Aborted by its abort criteria: {counts.Covered(met.Failure)} of {counts.Executed} executed things ended as {met.Failure}, threshold {met.ThresholdPercentage:0.##} %.");
        }
        else if ((!job.IsContinuous || job.RolloutStopped) && job.Waiting.Count == 0 && counts.Open == 0)
        {
            var now = time.GetUtcNow();
            ledger.Put(job with { Status = JobStatus.Completed, Completed = now, Updated = now });
        }
    }

    /// <summary>Things not yet reached never are; queued executions end, and with force those in progress too.</summary>
    public Job Cancel(Job job, bool force, string? reasonCode, string? comment)
    {
        var now = time.GetUtcNow();
        var canceled = ledger.Put(job with
        {
            Status = JobStatus.Canceled,
            Waiting = [],
            ForceCanceled = force,
            ReasonCode = reasonCode,
            Comment = comment,
            Completed = job.Completed ?? now,
            Updated = now,
        });
        foreach (var execution in ledger.OfJob(job.Id).Where(e => e.Status == ExecutionStatus.Queued || (force && !e.IsTerminal)))
            Move(execution, ExecutionStatus.Canceled, forced: force && execution.Status == ExecutionStatus.InProgress);
        return canceled;
    }

    private DateTimeOffset? Deadline(string jobId, DateTimeOffset now) =>
        ledger.Find(jobId)?.Settings.InProgressTimeoutMinutes is { } minutes ? now.AddMinutes(minutes) : null;

    /// <summary>A new attempt, unless the attempts of this failure's type are used up or the job has ended.</summary>
    private void Retry(JobExecution ended)
    {
        if (ended.Status is not (ExecutionStatus.Failed or ExecutionStatus.TimedOut)) return;
        if (ledger.Find(ended.JobId) is not { Status: JobStatus.InProgress } job) return;
        if (job.Settings.Retry?.FirstOrDefault(c => FailureType.Covers(c.Failure, ended.Status)) is not { } criterion) return;
        var failures = ledger.OfThing(ended.ThingName)
            .Count(e => e.JobId == ended.JobId && e.Number >= ended.Number - ended.RetryAttempt && FailureType.Covers(criterion.Failure, e.Status));
        if (failures <= criterion.Retries) Enqueue(job, ended.ThingName, ended.RetryAttempt + 1);
    }
}
