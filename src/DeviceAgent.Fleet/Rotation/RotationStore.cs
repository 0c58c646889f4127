using System.Collections.Concurrent;
using DeviceAgent.Fleet.Aws;
using DeviceAgent.Fleet.Things;

namespace DeviceAgent.Fleet.Rotation;

/// <summary>Finds rotations in AWS and makes their jobs.</summary>
internal sealed class RotationStore(IotJobs jobs, IotRegistry registry, ThingStates states)
{
    /// <summary>Jobs that are over do not change any more.</summary>
    private readonly ConcurrentDictionary<string, JobDescription> _over = new();

    /// <summary>The names of the newest rotations, the newest first.</summary>
    public async Task<IReadOnlyList<string>> NewestAsync(CancellationToken cancellationToken) =>
        [.. (await jobs.NewestAsync(cancellationToken).ConfigureAwait(false)).Select(RotationPlan.OfJob).OfType<(string Rotation, RotationStage, int)>().Select(j => j.Rotation).Distinct()];

    /// <summary>Null when there is no such rotation.</summary>
    public async Task<RotationState?> FindAsync(string name, CancellationToken cancellationToken)
    {
        var stages = await Task.WhenAll(Enum.GetValues<RotationStage>().Select(stage => JobsOfAsync(name, stage, cancellationToken))).ConfigureAwait(false);
        var found = stages.SelectMany(s => s).ToList();
        if (found.Select(j => RotationPlan.Read(j.Job.Description)).FirstOrDefault(p => p is not null) is not { } plan) return null;
        return new RotationState(plan, found, found.Exists(j => j.Stage != RotationStage.Canary) ? [] : await CanariesAsync(found, cancellationToken).ConfigureAwait(false))
        {
            Back = found.Where(j => j.Stage == RotationStage.Rollback).ToList() is { Count: > 1 } back ? await CountThingsAsync(back, cancellationToken).ConfigureAwait(false) : null,
        };
    }

    /// <summary>Of a thing that several jobs ask the last one's answer counts.</summary>
    private async Task<JobCounts> CountThingsAsync(IReadOnlyList<RotationJob> asking, CancellationToken cancellationToken)
    {
        var latest = new Dictionary<string, ThingExecution>();
        foreach (var executions in await Task.WhenAll(asking.Select(j => jobs.ExecutionsAsync(j.Job.Id, null, cancellationToken))).ConfigureAwait(false))
        {
            foreach (var execution in executions.Where(e => e.Status is not ("CANCELED" or "REMOVED"))) latest[execution.Thing] = execution;
        }

        return new JobCounts(Of("QUEUED"), Of("IN_PROGRESS"), Of("SUCCEEDED"), Of("FAILED"), Of("REJECTED"), Of("TIMED_OUT"), 0, 0);

        int Of(string status) => latest.Values.Count(e => e.Status == status);
    }

    /// <summary>The things of the plan as they are now.</summary>
    public async Task<IReadOnlyList<ThingState>> ThingsAsync(RotationPlan plan, CancellationToken cancellationToken)
    {
        // A thing may have left since the rotation was begun.
        var names = plan.Group is { } group ? (await ThingSelection.OfGroupAsync(registry, group, cancellationToken).ConfigureAwait(false)).Names : plan.Things;
        return await states.ReadAsync(names, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Asks the things; false when another was faster.</summary>
    /// <param name="plan">Of the rotation.</param>
    /// <param name="stage">Which.</param>
    /// <param name="number">The job's in its stage, from 1.</param>
    /// <param name="things">Whom.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<bool> BeginAsync(RotationPlan plan, RotationStage stage, int number, IReadOnlyList<string> things, CancellationToken cancellationToken)
    {
        var isCanary = stage == RotationStage.Canary;
        return await jobs.CreateAsync(
            new NewJob(plan.JobId(stage, number), await TargetsAsync(plan, things, cancellationToken).ConfigureAwait(false), plan.Document(stage == RotationStage.Rollback ? plan.From[0] : plan.Alias), plan.Description())
            {
                PerMinute = isCanary ? null : plan.PerMinute,
                // The first canary that fails stops the others even when nobody watches. Going back is not given up half-way.
                AbortPercentage = stage switch { RotationStage.Canary => 1, RotationStage.Fleet => plan.AbortPercentage, _ => null },
                AbortAfter = isCanary ? 1 : Math.Clamp(things.Count, 1, 5),
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// No further thing is asked; those that have begun finish. While the canaries are on probation there is no job to cancel: one for a canary, which has the
    /// alias already, is made and cancelled, so that everybody sees what was decided.
    /// </summary>
    public async Task StopAsync(RotationState state, string reasonCode, string comment, CancellationToken cancellationToken)
    {
        if (await CancelActiveAsync(state, reasonCode, comment, cancellationToken).ConfigureAwait(false) || state.Last(RotationStage.Fleet) is not null || state.Canaries.Count == 0) return;
        var number = state.NextNumber(RotationStage.Fleet);
        await BeginAsync(state.Plan, RotationStage.Fleet, number, [state.Canaries[0].Execution.Thing], cancellationToken).ConfigureAwait(false);
        await jobs.CancelAsync(state.Plan.JobId(RotationStage.Fleet, number), reasonCode, comment, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>False when no job was active.</summary>
    public async Task<bool> CancelActiveAsync(RotationState state, string reasonCode, string comment, CancellationToken cancellationToken)
    {
        var active = state.Jobs.Where(j => j.Job.IsActive).ToList();
        foreach (var job in active) await jobs.CancelAsync(job.Job.Id, reasonCode, comment, cancellationToken).ConfigureAwait(false);
        return active.Count > 0;
    }

    public Task CancelAsync(RotationJob job, string reasonCode, string comment, CancellationToken cancellationToken) => jobs.CancelAsync(job.Job.Id, reasonCode, comment, cancellationToken);

    /// <summary>Every thing's last execution in each job.</summary>
    public async Task<IReadOnlyList<(RotationJob Job, IReadOnlyList<ThingExecution> Executions)>> ExecutionsAsync(RotationState state, CancellationToken cancellationToken) =>
        await Task.WhenAll(state.Jobs.Select(async job => (job, await jobs.ExecutionsAsync(job.Job.Id, null, cancellationToken).ConfigureAwait(false)))).ConfigureAwait(false);

    /// <summary>The things that did not succeed in a job.</summary>
    public async Task<IReadOnlyList<ThingExecution>> FailuresAsync(RotationJob job, CancellationToken cancellationToken)
    {
        var statuses = new List<string>();
        if (job.Job.Counts.Failed > 0) statuses.Add("FAILED");
        if (job.Job.Counts.Rejected > 0) statuses.Add("REJECTED");
        if (job.Job.Counts.TimedOut > 0) statuses.Add("TIMED_OUT");
        return [.. (await Task.WhenAll(statuses.Select(status => jobs.ExecutionsAsync(job.Job.Id, status, cancellationToken))).ConfigureAwait(false)).SelectMany(e => e)];
    }

    public Task<IReadOnlyDictionary<string, string>> DetailsAsync(RotationJob job, string thing, CancellationToken cancellationToken) => jobs.DetailsAsync(job.Job.Id, thing, cancellationToken);

    /// <summary>A job takes a hundred targets: more things than that only as their group, in which those that have the alias answer that it is so.</summary>
    private async Task<IReadOnlyList<string>> TargetsAsync(RotationPlan plan, IReadOnlyList<string> things, CancellationToken cancellationToken)
    {
        if (things.Count > NewJob.MaxTargets) return [await registry.GroupArnAsync(plan.Group ?? throw new AwsException($"More than {NewJob.MaxTargets} things need a group: give --group."), cancellationToken).ConfigureAwait(false)];
        var arn = await registry.ThingArnAsync(things[0], cancellationToken).ConfigureAwait(false);
        var before = arn[..^things[0].Length];
        return [.. things.Select(t => before + t)];
    }

    private async Task<IReadOnlyList<RotationJob>> JobsOfAsync(string name, RotationStage stage, CancellationToken cancellationToken)
    {
        var found = new List<RotationJob>();
        for (var number = 1; ; number++)
        {
            var id = $"{name}-{stage.Name()}-{number}";
            if (!_over.TryGetValue(id, out var job))
            {
                job = await jobs.DescribeAsync(id, cancellationToken).ConfigureAwait(false);
                if (job is null) return found;
                if (job.IsOver) _over[id] = job;
            }

            found.Add(new RotationJob(stage, number, job));
        }
    }

    /// <summary>In a later job of the canaries only those are that had not succeeded.</summary>
    private async Task<IReadOnlyList<Canary>> CanariesAsync(IReadOnlyList<RotationJob> canaryJobs, CancellationToken cancellationToken)
    {
        var latest = new Dictionary<string, ThingExecution>();
        foreach (var job in canaryJobs)
        {
            foreach (var execution in await jobs.ExecutionsAsync(job.Job.Id, null, cancellationToken).ConfigureAwait(false)) latest[execution.Thing] = execution;
        }

        var all = latest.Values.OrderBy(e => e.Thing, StringComparer.Ordinal).ToList();
        if (canaryJobs[^1].Job.IsActive) return [.. all.Select(e => new Canary(e, null))];
        var now = await states.ReadAsync([.. all.Select(e => e.Thing)], cancellationToken).ConfigureAwait(false);
        return [.. all.Zip(now, (e, s) => new Canary(e, s))];
    }
}
