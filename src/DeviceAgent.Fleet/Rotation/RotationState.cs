using DeviceAgent.Fleet.Aws;
using DeviceAgent.Fleet.Things;

namespace DeviceAgent.Fleet.Rotation;

/// <summary>A job of a rotation.</summary>
internal sealed record RotationJob(RotationStage Stage, int Number, JobDescription Job)
{
    /// <summary>Why the tool itself cancelled a job, in its <c>reasonCode</c>.</summary>
    public const string Paused = "PAUSED";
    public const string Aborted = "ABORTED";
    public const string RolledBack = "ROLLED_BACK";
    public const string CanarySilent = "CANARY_SILENT";

    /// <summary>Another rotation of the same things was begun in the same moment.</summary>
    public const string Withdrawn = "WITHDRAWN";
}

/// <summary>A canary: its part in its job, and how it is now.</summary>
internal sealed record Canary(ThingExecution Execution, ThingState? State);

/// <summary>A rotation as AWS knows it at a moment.</summary>
/// <param name="Plan">From the description of its jobs.</param>
/// <param name="Jobs">By stage and number.</param>
/// <param name="Canaries">While it depends on them; their last executions.</param>
internal sealed record RotationState(RotationPlan Plan, IReadOnlyList<RotationJob> Jobs, IReadOnlyList<Canary> Canaries)
{
    /// <summary>How the things stand that go back, each counted once though more than one job has asked it; null while one job asks them, whose counts are the same.</summary>
    public JobCounts? Back { get; init; }

    public RotationJob? Last(RotationStage stage) => Jobs.LastOrDefault(j => j.Stage == stage);

    public IEnumerable<RotationJob> Of(RotationStage stage) => Jobs.Where(j => j.Stage == stage);

    public int NextNumber(RotationStage stage) => (Last(stage)?.Number ?? 0) + 1;

    public DateTimeOffset Started => Jobs.Min(j => j.Job.Created);
}

/// <summary>What comes next in a rotation.</summary>
internal abstract record RotationStep(string What)
{
    /// <summary>Devices are at it.</summary>
    internal sealed record Wait(string What) : RotationStep(What);

    /// <summary>The canaries have proven the alias, and are watched for a while.</summary>
    internal sealed record Probation(DateTimeOffset Until, string What) : RotationStep(What);

    /// <summary>The rest is to be asked.</summary>
    internal sealed record BeginFleet(string What) : RotationStep(What);

    /// <summary>The canaries' job is to be cancelled.</summary>
    internal sealed record StopCanaries(string What) : RotationStep(What);

    /// <summary>Nothing more happens by itself.</summary>
    internal sealed record Over(RotationEnd End, string What) : RotationStep(What);
}

/// <summary>How a rotation ends.</summary>
internal enum RotationEnd
{
    /// <summary>Every thing was asked.</summary>
    Complete,
    CanaryStopped,
    Paused,

    /// <summary>By an operator.</summary>
    Aborted,

    /// <summary>By the abort threshold.</summary>
    Threshold,
    RolledBack,
}

/// <summary>The rules of a rotation: from what AWS tells follows what is next, whoever asks and whenever.</summary>
internal static class RotationRules
{
    /// <summary>What makes a canary unfit while it is watched: what the role may be the cause of.</summary>
    private static readonly string[] Telling = ["credentials:", "upload:"];

    public static RotationStep Next(RotationState state, DateTimeOffset now)
    {
        if (state.Last(RotationStage.Rollback) is not null)
        {
            return state.Of(RotationStage.Rollback).All(j => j.Job.IsOver)
                ? new RotationStep.Over(RotationEnd.RolledBack, "rolled back")
                : new RotationStep.Wait("things go back to the old alias");
        }

        return state.Last(RotationStage.Fleet) is { } fleet ? AfterFleet(state, fleet.Job) : AfterCanaries(state, now);
    }

    private static RotationStep AfterFleet(RotationState state, JobDescription job)
    {
        if (job.IsActive) return new RotationStep.Wait("the fleet is being asked");
        if (state.Of(RotationStage.Fleet).Any(j => !j.Job.IsOver)) return new RotationStep.Wait($"{Ended(job).What}; what was begun finishes");
        return Ended(job);
    }

    private static RotationStep.Over Ended(JobDescription job) => job switch
    {
        { Status: "COMPLETED" } => new RotationStep.Over(RotationEnd.Complete, "every thing was asked"),
        { ReasonCode: RotationJob.Paused } => new RotationStep.Over(RotationEnd.Paused, "paused"),
        { ReasonCode: RotationJob.Aborted or RotationJob.RolledBack } => new RotationStep.Over(RotationEnd.Aborted, "aborted by an operator"),
        { ReasonCode: { Length: > 0 } reason } => new RotationStep.Over(RotationEnd.Aborted, $"the job was cancelled ({reason}{(job.Comment is { } comment ? $": {comment}" : "")})"),
        _ => new RotationStep.Over(RotationEnd.Threshold, $"stopped by the abort threshold: {job.Counts.Unsuccessful} did not succeed"),
    };

    private static RotationStep AfterCanaries(RotationState state, DateTimeOffset now)
    {
        var jobs = state.Of(RotationStage.Canary).ToList();
        var last = jobs[^1].Job;
        if (last is { IsActive: false, ReasonCode: RotationJob.Paused or RotationJob.Aborted or RotationJob.Withdrawn }) return jobs.TrueForAll(j => j.Job.IsOver) ? Ended(last) : new RotationStep.Wait("what was begun finishes");
        if (last.ReasonCode is RotationJob.CanarySilent) return Stopped($"not every canary began within its time: {Names(state, c => !c.Execution.Succeeded && !c.Execution.Failed)}");
        if (last.IsActive)
        {
            if (last.Counts.Unsuccessful > 0) return new RotationStep.Wait("a canary failed; AWS stops the others");
            return last.Created + state.Plan.CanaryTimeout < now && last.Counts.InProgress == 0
                ? new RotationStep.StopCanaries($"not begun in {Credentials.Text.DurationText.Of(state.Plan.CanaryTimeout)}: {Names(state, c => c.Execution.Status == "QUEUED")}")
                : new RotationStep.Wait("the canaries prove the alias");
        }

        if (state.Canaries.Where(c => c.Execution.Failed).ToList() is { Count: > 0 } failed) return last.IsOver ? Stopped($"{Named(failed)} did not prove it") : new RotationStep.Wait("a canary failed; what was begun finishes");
        if (state.Canaries.Count == 0) return Stopped("no canary took part");
        if (state.Canaries.FirstOrDefault(c => !c.Execution.Succeeded) is { } other) return Stopped($"{other.Execution.Thing} did not take part ({other.Execution.Status})");
        var until = state.Canaries.Max(c => c.Execution.Updated ?? last.Created) + state.Plan.Probation;
        // The job is told before the shadow: what the shadow said before says nothing against it.
        if (state.Canaries.FirstOrDefault(c => c.State is { Alias: { } alias } shadow && alias != state.Plan.Alias && (shadow.ReportedAt > c.Execution.Updated || now >= until)) is { State: { } gone })
            return Stopped(gone.MovedBy is { } job && RotationPlan.OfJob(job)?.Rotation != state.Plan.Name
                ? $"{gone.Name} was moved to {gone.Alias} by {RotationPlan.Described(job)}"
                : $"{gone.Name} is on {gone.Alias} again{(gone.Change is { IsGood: false } change ? $": {change.Code ?? change.Outcome}{(change.Reason is { } reason ? $": {reason}" : "")}" : "")}");
        var ill = state.Canaries.FirstOrDefault(c => c.State?.Health is { } health && Telling.Any(t => health.Contains(t, StringComparison.Ordinal)));
        if (now < until) return new RotationStep.Probation(until, ill is { State: { } sick } ? $"the canaries are on probation; {sick.Name}: {sick.Health}" : "the canaries are on probation");
        return ill is { State: { } still } ? Stopped($"{still.Name} is not well at the end of its probation: {still.Health}") : new RotationStep.BeginFleet("the canaries have proven the alias");
    }

    private static RotationStep.Over Stopped(string why) => new(RotationEnd.CanaryStopped, $"stopped by the canaries: {why}");

    private static string Names(RotationState state, Func<Canary, bool> which) => Named([.. state.Canaries.Where(which)]);

    private static string Named(List<Canary> canaries) => $"{string.Join(", ", canaries.Take(5).Select(c => c.Execution.Thing))}{(canaries.Count > 5 ? $" and {canaries.Count - 5} more" : "")}";
}
