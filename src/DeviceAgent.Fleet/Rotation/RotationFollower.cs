using DeviceAgent.Fleet.Aws;
using DeviceAgent.Fleet.Commands;
using Spectre.Console;

namespace DeviceAgent.Fleet.Rotation;

/// <summary>Stays with a rotation until it is over, and takes the step from the canaries to the fleet.</summary>
internal sealed class RotationFollower(FleetContext fleet, RotationStore store)
{
    /// <summary>When all others have ended, those that have not begun are not connected: they may stay so for weeks.</summary>
    internal static readonly TimeSpan PatienceWithSilent = TimeSpan.FromMinutes(5);

    private readonly Dictionary<(string Job, string Thing), Failure> _failures = [];

    /// <summary>Shows the way and prints the summary; interrupted, it prints how it stands.</summary>
    public async Task<ExitCode> FollowAsync(string name, CancellationToken cancellationToken)
    {
        RotationStep? last = null;
        try
        {
            last = fleet.Screen.Console is { } console
                ? await console.Live(new Text("")).StartAsync(live => FollowAsync(name, new RotationProgress(fleet.Screen, live), cancellationToken)).ConfigureAwait(false)
                : await FollowAsync(name, new RotationProgress(fleet.Screen, null), cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // It is told how it stands, which takes a few seconds more.
        }

        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20), fleet.Time);
        var state = await FindAsync(name, patience.Token).ConfigureAwait(false);
        return await SummariseAsync(state, last ?? RotationRules.Next(state, fleet.Now), isInterrupted: last is null, patience.Token).ConfigureAwait(false);
    }

    /// <summary>The summary with what to do next, and the exit code that says the same.</summary>
    public async Task<ExitCode> SummariseAsync(RotationState state, RotationStep step, bool isInterrupted, CancellationToken cancellationToken)
    {
        var summary = await RotationSummary.MakeAsync(store, state, step.What, fleet.Now, cancellationToken).ConfigureAwait(false);
        await fleet.Screen.Out.WriteLineAsync().ConfigureAwait(false);
        foreach (var line in summary.Lines()) await fleet.Screen.Out.WriteLineAsync(line).ConfigureAwait(false);
        var (code, advice) = Verdict(summary, step, isInterrupted);
        if (advice is not null) await fleet.Screen.Out.WriteLineAsync($"  {advice}").ConfigureAwait(false);
        return code;
    }

    internal static (ExitCode Code, string? Advice) Verdict(RotationSummary summary, RotationStep step, bool isInterrupted)
    {
        var name = summary.State.Plan.Name;
        var back = $"device-fleet rollback {name}";
        return step switch
        {
            RotationStep.Over { End: RotationEnd.Complete } when summary.AllProven => (ExitCode.Ok, null),
            RotationStep.Over { End: RotationEnd.Complete } => (ExitCode.Failed, $"those that failed are on the old alias; again: device-fleet resume {name}; all back: {back}"),
            RotationStep.Over { End: RotationEnd.CanaryStopped } => (ExitCode.CanaryStopped, $"no other thing was asked; canaries that have it go back with: {back}; after a repair: device-fleet resume {name}"),
            RotationStep.Over { End: RotationEnd.Paused } => (ExitCode.NotOver, $"to go on: device-fleet resume {name}; all back: {back}"),
            RotationStep.Over { End: RotationEnd.RolledBack } => summary.Count(ThingResult.RollbackFailed) > 0
                ? (ExitCode.Failed, "some things are not back: see why above")
                : (ExitCode.Ok, null),
            RotationStep.Over => (ExitCode.Aborted, $"the untouched are on the old alias; all back: {back}; on with it: device-fleet resume {name}"),
            RotationStep.Wait when !summary.State.Jobs.Any(j => j.Job.IsActive) => (ExitCode.NotOver, $"no further thing is asked; those under way finish by themselves: device-fleet watch {name}"),
            _ when isInterrupted => (ExitCode.NotOver, summary.State.Last(RotationStage.Fleet) is null && summary.State.Last(RotationStage.Rollback) is null
                ? $"nothing was stopped, but the fleet is asked only when somebody watches: device-fleet watch {name}; or device-fleet abort {name}"
                : $"nothing was stopped: AWS goes on asking things. Watch: device-fleet watch {name}; stop: device-fleet pause {name}"),
            _ => (ExitCode.NotOver, $"the others have not begun: they are not connected, and take it when they are, until {summary.State.Plan.Expires:yyyy-MM-dd}. Watch: device-fleet watch {name}; close it: device-fleet abort {name}"),
        };
    }

    private async Task<RotationStep> FollowAsync(string name, RotationProgress progress, CancellationToken cancellationToken)
    {
        (JobCounts? Counts, long Since) quiet = default;
        while (true)
        {
            var state = await FindAsync(name, cancellationToken).ConfigureAwait(false);
            var step = RotationRules.Next(state, fleet.Now);
            await progress.ShowAsync(state, step, await FailuresAsync(state, cancellationToken).ConfigureAwait(false), fleet.Now).ConfigureAwait(false);
            switch (step)
            {
                case RotationStep.Over:
                    return step;
                case RotationStep.StopCanaries:
                    await store.CancelAsync(state.Last(RotationStage.Canary)!, RotationJob.CanarySilent, step.What, cancellationToken).ConfigureAwait(false);
                    continue;
                case RotationStep.BeginFleet:
                    if (await BeginFleetAsync(state, cancellationToken).ConfigureAwait(false)) continue;
                    return new RotationStep.Over(RotationEnd.Complete, "every thing was asked");
                case RotationStep.Wait when state.Jobs[^1] is { Stage: not RotationStage.Canary, Job: { Counts: { InProgress: 0, Queued: > 0 } counts } }:
                    if (quiet.Counts != counts) quiet = (counts, fleet.Time.GetTimestamp());
                    else if (fleet.Time.GetElapsedTime(quiet.Since) > PatienceWithSilent) return step;
                    break;
            }

            await Task.Delay(PollPeriod(state.Plan.Count), fleet.Time, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<RotationState> FindAsync(string name, CancellationToken cancellationToken) =>
        await store.FindAsync(name, cancellationToken).ConfigureAwait(false) ?? throw new AwsException($"There is no rotation '{name}' in this account and region.");

    /// <summary>False when nobody is left.</summary>
    private async Task<bool> BeginFleetAsync(RotationState state, CancellationToken cancellationToken)
    {
        var asked = state.Canaries.Select(c => c.Execution.Thing).ToHashSet();
        var rest = (await store.ThingsAsync(state.Plan, cancellationToken).ConfigureAwait(false)).Where(t => t.Alias != state.Plan.Alias && !asked.Contains(t.Name)).Select(t => t.Name).ToList();
        if (rest.Count == 0) return false;
        await store.BeginAsync(state.Plan, RotationStage.Fleet, state.NextNumber(RotationStage.Fleet), rest, cancellationToken).ConfigureAwait(false);
        return true;
    }

    private async Task<IReadOnlyList<Failure>> FailuresAsync(RotationState state, CancellationToken cancellationToken)
    {
        var shown = state.Last(RotationStage.Rollback) is not null ? state.Of(RotationStage.Rollback) : state.Jobs;
        foreach (var job in shown)
        {
            if (_failures.Keys.Count(k => k.Job == job.Job.Id) >= job.Job.Counts.Unsuccessful) continue;
            foreach (var execution in await store.FailuresAsync(job, cancellationToken).ConfigureAwait(false))
            {
                if (_failures.ContainsKey((job.Job.Id, execution.Thing))) continue;
                var details = await store.DetailsAsync(job, execution.Thing, cancellationToken).ConfigureAwait(false);
                _failures[(job.Job.Id, execution.Thing)] = new Failure(job.Job.Id, execution.Thing, RotationSummary.Reason(execution, details));
            }
        }

        return [.. _failures.Values.Where(f => shown.Any(j => j.Job.Id == f.JobId))];
    }

    /// <summary>DescribeJob may be asked ten times a second in an account.</summary>
    private static TimeSpan PollPeriod(int things) => TimeSpan.FromSeconds(things <= 100 ? 1 : things <= 1000 ? 2 : 5);
}
