using DeviceAgent.Testbed.Registry;

namespace DeviceAgent.Testbed.Jobs;

/// <summary>What an operator may do with jobs: the control plane.</summary>
internal sealed class JobControl(JobLedger ledger, JobLifecycle lifecycle, JobProgress progress, JobTargets targets, TimeProvider time)
{
    public Job Create(string id, string document, IReadOnlyList<string> jobTargets, string selection, JobSettings settings, JobSchedule? schedule) => ledger.Do(() =>
    {
        if (ledger.Find(JobRules.JobId(id)) is { } existing) throw RegistryException.AlreadyExists($"Job {id} already exists.", existing.Id, existing.Arn);
        JobRules.Document(document);
        targets.RequireGood(jobTargets);
        var job = ledger.Put(new Job(id, document, [.. jobTargets.Distinct()], selection, time.GetUtcNow())
        {
            Settings = settings,
            Schedule = schedule,
            Status = JobStatus.Scheduled,
        });
        if (schedule?.Start is null) job = progress.Begin(job);
        progress.Advance(job);
        return ledger.Get(id);
    });

    public Job Get(string id) => ledger.Do(() => ledger.Get(id));

    /// <summary>The job, where it stands, and which of its targets still hold things that it has yet to reach.</summary>
    public (Job Job, JobCounts Counts, IReadOnlyList<string> Processing) Describe(string id) => ledger.Do(() =>
    {
        var job = ledger.Get(id);
        var processing = job.Waiting.Count == 0 ? [] : job.Targets.Where(target => targets.ThingsOf(target).Intersect(job.Waiting).Any()).ToList();
        return (job, ledger.Counts(id), (IReadOnlyList<string>)processing);
    });

    public IReadOnlyList<Job> List() => ledger.Do<IReadOnlyList<Job>>(() => [.. ledger.Jobs]);

    /// <summary>Executions that are in progress keep the timeout with which they began.</summary>
    public Job Update(string id, JobSettings changes) => ledger.Do(() =>
    {
        var job = ledger.Get(id);
        if (!job.IsActive) throw RegistryException.InvalidRequest($"Job {id} is {job.Status}; only a job that is IN_PROGRESS or SCHEDULED can be updated.");
        ledger.Put(job with { Settings = job.Settings.Under(changes), Updated = time.GetUtcNow() });
        lifecycle.Settle(id);
        return ledger.Get(id);
    });

    public Job Cancel(string id, bool force, string? reasonCode, string? comment) => ledger.Do(() =>
    {
        var job = ledger.Get(id);
        return job.Status is JobStatus.Completed
            ? throw RegistryException.InvalidRequest($"Job {id} is COMPLETED; it cannot be canceled any more.")
            : lifecycle.Cancel(job, force, reasonCode ?? job.ReasonCode, comment ?? job.Comment);
    });

    public void Delete(string id, bool force) => ledger.Do(() =>
    {
        var job = ledger.Get(id);
        if (!force && (job.IsActive || ledger.Counts(id).Open > 0))
            throw JobRefusal.JobState($"Job {id} is {job.Status} or has executions that have not ended; cancel it first, or delete it with force.");
        ledger.Delete(job);
        return job;
    });

    public Job Associate(string id, IReadOnlyList<string> more, string? comment) => ledger.Do(() =>
    {
        var job = ledger.Get(id);
        if (!job.IsContinuous || job.Status != JobStatus.InProgress)
            throw RegistryException.InvalidRequest($"Targets can be associated with a CONTINUOUS job that is IN_PROGRESS; {id} is {job.Selection} and {job.Status}.");
        targets.RequireGood([.. job.Targets.Union(more)]);
        job = ledger.Put(job with { Targets = [.. job.Targets.Union(more)], Comment = comment ?? job.Comment, Updated = time.GetUtcNow() });
        progress.Advance(job);
        return job;
    });

    public IReadOnlyList<JobExecution> ExecutionsOfJob(string id) => ledger.Do(() =>
    {
        ledger.Get(id);
        return ledger.OfJob(id);
    });

    public IReadOnlyList<JobExecution> ExecutionsOfThing(string thingName) => ledger.Do<IReadOnlyList<JobExecution>>(() =>
    {
        var executions = ledger.OfThing(thingName);
        return executions.Count > 0 || targets.Exists(thingName) ? [.. executions] : throw JobRefusal.NoSuchThing(thingName);
    });

    public JobExecution Execution(string thingName, string jobId, long? number) => ledger.Do(() => ledger.Get(jobId, thingName, number));

    public void CancelExecution(string thingName, string jobId, bool force, long? expectedVersion, IReadOnlyDictionary<string, string>? details) => ledger.Do(() =>
    {
        var execution = ledger.Get(jobId, thingName);
        if (execution.IsTerminal) throw JobRefusal.StateTransition(execution, ExecutionStatus.Canceled);
        if (execution.Status == ExecutionStatus.InProgress && !force)
            throw JobRefusal.JobState($"Job execution {execution.Id} is IN_PROGRESS; it can be canceled only with force.");
        if (expectedVersion is { } expected && expected != execution.Version) throw JobRefusal.WrongVersion(execution, expected);
        lifecycle.Move(execution, ExecutionStatus.Canceled, details, forced: execution.Status == ExecutionStatus.InProgress);
        lifecycle.Settle(jobId);
        return execution;
    });

    public void DeleteExecution(string thingName, string jobId, long number, bool force) => ledger.Do(() =>
    {
        var execution = ledger.Get(jobId, thingName, number);
        if (!execution.IsTerminal && !force) throw JobRefusal.JobState($"Job execution {execution.Id} is {execution.Status}; it can be deleted only with force.");
        ledger.Delete(execution);
        lifecycle.Settle(jobId);
        return execution;
    });
}
