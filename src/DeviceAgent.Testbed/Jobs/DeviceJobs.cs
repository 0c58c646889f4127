namespace DeviceAgent.Testbed.Jobs;

/// <summary>What a device may ask and report: the jobs data plane, over whichever protocol.</summary>
internal sealed class DeviceJobs(JobLedger ledger, JobLifecycle lifecycle, JobTargets targets, TimeProvider time)
{
    /// <summary>Stands for the job at the head of the queue.</summary>
    public const string Next = "$next";

    public IReadOnlyList<JobExecution> Pending(string thingName) => ledger.Do(() => Queue(thingName));

    /// <summary>The head of the queue, begun if it was not; null when nothing is pending.</summary>
    public AssignedExecution? StartNext(string thingName, IReadOnlyDictionary<string, string>? details, long? stepTimeoutMinutes) => ledger.Do(() =>
    {
        if (Queue(thingName) is not [var head, ..]) return null;
        return WithJob(head.Status == ExecutionStatus.Queued
            ? lifecycle.Move(head with { StepDeadline = StepDeadline(head, stepTimeoutMinutes) }, ExecutionStatus.InProgress, details)
            : head);
    });

    /// <summary>Null when the next one was asked for and nothing is pending.</summary>
    public AssignedExecution? Describe(string thingName, string jobId, long? number) => ledger.Do(() =>
    {
        var queue = Queue(thingName);
        if (jobId == Next) return queue is [var head, ..] ? WithJob(head) : null;
        var execution = ledger.Get(JobRules.JobId(jobId), thingName, number);
        return execution.IsTerminal ? throw JobRefusal.Terminal(execution) : WithJob(execution);
    });

    public AssignedExecution Update(string thingName, string jobId, ExecutionUpdate update) => ledger.Do(() =>
    {
        Queue(thingName);
        var execution = ledger.Get(JobRules.JobId(jobId), thingName, update.Number);
        if (execution.IsTerminal || !ExecutionStatus.Reportable.Contains(update.Status)) throw JobRefusal.StateTransition(execution, update.Status);
        if (update.ExpectedVersion is { } expected && expected != execution.Version) throw JobRefusal.WrongVersion(execution, expected);

        var moved = lifecycle.Move(execution with { StepDeadline = StepDeadline(execution, update.StepTimeoutMinutes) }, update.Status, update.Details);
        lifecycle.Settle(jobId);
        return WithJob(moved);
    });

    private IReadOnlyList<JobExecution> Queue(string thingName) =>
        targets.Exists(thingName) ? ledger.Queue(thingName) : throw JobRefusal.NoSuchThing(thingName);

    private AssignedExecution WithJob(JobExecution execution) => new(execution, ledger.Get(execution.JobId));

    private DateTimeOffset? StepDeadline(JobExecution execution, long? minutes) => minutes switch
    {
        null => execution.StepDeadline,
        -1 => null,
        { } some => time.GetUtcNow().AddMinutes(some),
    };
}
