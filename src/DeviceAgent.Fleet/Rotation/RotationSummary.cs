using System.Globalization;
using DeviceAgent.Credentials.Text;
using DeviceAgent.Fleet.Aws;
using DeviceAgent.Fleet.Things;

namespace DeviceAgent.Fleet.Rotation;

/// <summary>How a rotation stands for a thing.</summary>
internal enum ThingResult
{
    /// <summary>The alias is active, proven by a write and out of probation.</summary>
    Proven,

    /// <summary>It had the alias before.</summary>
    Before,
    Failed,
    UnderWay,

    /// <summary>Asked, and it has not begun: not connected.</summary>
    NotBegun,

    /// <summary>Never asked.</summary>
    Untouched,
    RolledBack,

    /// <summary>It had proven the alias; a later job gave it another.</summary>
    MovedOn,
    RollbackFailed,
}

/// <summary>A thing in the summary; <paramref name="Why"/> for those that failed.</summary>
internal sealed record ThingOutcome(string Thing, ThingResult Result, string? Alias, string? Why = null);

/// <summary>The whole of a rotation, thing by thing: plain text that can be pasted into a ticket.</summary>
internal sealed record RotationSummary(RotationState State, string How, IReadOnlyList<ThingOutcome> Outcomes, DateTimeOffset At)
{
    private static readonly string[] OutcomeKeys = ["outcome", "code"];

    private const int MostNames = 10;
    private const int MostFailures = 50;

    public int Count(ThingResult result) => Outcomes.Count(o => o.Result == result);

    public bool AllProven => Outcomes.All(o => o.Result is ThingResult.Proven or ThingResult.Before or ThingResult.MovedOn);

    public static async Task<RotationSummary> MakeAsync(RotationStore store, RotationState state, string how, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var things = await store.ThingsAsync(state.Plan, cancellationToken).ConfigureAwait(false);
        var executions = await store.ExecutionsAsync(state, cancellationToken).ConfigureAwait(false);
        var forward = Latest(executions, j => j.Stage != RotationStage.Rollback);
        var back = Latest(executions, j => j.Stage == RotationStage.Rollback);
        var names = things.Select(t => t.Name).Union(forward.Keys).Order(StringComparer.Ordinal).ToList();
        var byName = things.ToDictionary(t => t.Name);
        var outcomes = await EachThing.AskAsync(names, async (name, token) =>
        {
            var result = Result(state.Plan, byName.GetValueOrDefault(name), forward.TryGetValue(name, out var f) ? f.Execution : null, back.TryGetValue(name, out var b) ? b.Execution : null);
            var alias = byName.GetValueOrDefault(name)?.Alias;
            if (result is not (ThingResult.Failed or ThingResult.RollbackFailed)) return new ThingOutcome(name, result, alias);
            var (job, execution) = result == ThingResult.Failed ? forward[name] : back[name];
            if (execution.Succeeded) return new ThingOutcome(name, result, alias, $"is on {alias} again, though its job had succeeded{(byName[name].Change is { IsGood: false } change ? $": {change.Outcome} {change.Code}: {change.Reason}" : "")}");
            return new ThingOutcome(name, result, alias, Reason(execution, await store.DetailsAsync(job, name, token).ConfigureAwait(false)));
        }, cancellationToken).ConfigureAwait(false);
        return new RotationSummary(state, how, outcomes, now);
    }

    /// <summary>In a line: status, outcome, code and reason.</summary>
    public static string Reason(ThingExecution execution, IReadOnlyDictionary<string, string> details)
    {
        if (execution.Status == "TIMED_OUT") return $"timed out{(details.TryGetValue("step", out var step) ? $" in step {step}" : "")}: the device was off, or had nothing to write";
        string[] said = [.. OutcomeKeys.Select(k => details.GetValueOrDefault(k)).OfType<string>()];
        return PrintableText.Whole($"{(said.Length > 0 ? string.Join(' ', said) : execution.Status)}{(details.GetValueOrDefault("reason") is { } reason ? $": {reason}" : "")}");
    }

    public IEnumerable<string> Lines()
    {
        var plan = State.Plan;
        yield return $"Rotation {plan.Name}: {(plan.From.Count > 0 ? string.Join(", ", plan.From) : "?")} -> {plan.Alias}, {plan.Target}, {Counted.Of(Outcomes.Count, "thing")}";
        yield return $"  {How}";
        yield return $"  started {Time(State.Started)}, as of {Time(At)} ({DurationText.Of(At - State.Started)})";
        foreach (var (result, words) in new[]
                 {
                     (ThingResult.Proven, "proven"), (ThingResult.Before, "had it before"), (ThingResult.RolledBack, "rolled back"), (ThingResult.MovedOn, "moved on"), (ThingResult.Failed, "failed"), (ThingResult.RollbackFailed, "not rolled back"),
                     (ThingResult.UnderWay, "under way"), (ThingResult.NotBegun, "not begun"), (ThingResult.Untouched, "untouched"),
                 })
        {
            var those = Outcomes.Where(o => o.Result == result).ToList();
            if (those.Count == 0 && result is not (ThingResult.Proven or ThingResult.Failed or ThingResult.Untouched)) continue;
            var names = result is ThingResult.Failed or ThingResult.RollbackFailed || those.Count == 0 ? "" : $"  {string.Join(", ", those.Take(MostNames).Select(o => o.Thing))}{(those.Count > MostNames ? $" and {those.Count - MostNames} more" : "")}";
            yield return $"  {words,-15} {those.Count.ToString(CultureInfo.InvariantCulture),5}{names}";
        }

        var failed = Outcomes.Where(o => o.Why is not null).ToList();
        if (failed.Count > 0) yield return "  why they failed:";
        foreach (var outcome in failed.Take(MostFailures)) yield return $"    {outcome.Thing}: {outcome.Why}";
        if (failed.Count > MostFailures) yield return $"    and {failed.Count - MostFailures} more: device-fleet status --behind {plan.Alias}";
        yield return $"  now active: {string.Join(", ", Outcomes.GroupBy(o => o.Alias ?? "(never reported)").OrderByDescending(g => g.Count()).Select(g => $"{g.Key} on {g.Count()}"))}";
        yield return $"  jobs: {string.Join(", ", State.Jobs.Select(j => j.Job.Id))}";
    }

    internal static ThingResult Result(RotationPlan plan, ThingState? now, ThingExecution? forward, ThingExecution? back) => (forward, back) switch
    {
        (_, { Succeeded: true }) => ThingResult.RolledBack,
        // It did not go back by that job, and is back by a later one or by its shadow.
        (_, { Failed: true }) => now is { Alias: { } alias } && alias != plan.Alias && now.ReportedAt > back.Updated ? ThingResult.RolledBack : ThingResult.RollbackFailed,
        (_, { IsOpen: true }) => ThingResult.UnderWay,
        ({ Succeeded: true }, _) => now is { Alias: { } alias } && alias != plan.Alias && now.ReportedAt > forward.Updated
            ? now.MovedBy is { } job && RotationPlan.OfJob(job)?.Rotation != plan.Name ? ThingResult.MovedOn : ThingResult.Failed
            : ThingResult.Proven,
        ({ Failed: true }, _) => ThingResult.Failed,
        ({ Status: "IN_PROGRESS" }, _) => ThingResult.UnderWay,
        ({ Status: "QUEUED" }, _) => ThingResult.NotBegun,
        _ => now?.Alias == plan.Alias ? ThingResult.Before : ThingResult.Untouched,
    };

    /// <summary>A cancelled execution says nothing of the thing: what it did before counts.</summary>
    private static Dictionary<string, (RotationJob Job, ThingExecution Execution)> Latest(IReadOnlyList<(RotationJob Job, IReadOnlyList<ThingExecution> Executions)> all, Func<RotationJob, bool> which)
    {
        var latest = new Dictionary<string, (RotationJob, ThingExecution)>();
        foreach (var (job, executions) in all.Where(e => which(e.Job)))
        {
            foreach (var execution in executions.Where(e => e.Status is not ("CANCELED" or "REMOVED"))) latest[execution.Thing] = (job, execution);
        }

        return latest;
    }

    private static string Time(DateTimeOffset time) => JsonText.Iso(time);
}
