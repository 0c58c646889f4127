using DeviceAgent.Fleet.Aws;
using DeviceAgent.Fleet.Things;

namespace DeviceAgent.Fleet.Rotation;

/// <summary>From whom a rotation's alias is taken back.</summary>
internal static class RollbackChoice
{
    /// <param name="plan">Of the rotation.</param>
    /// <param name="executions">Of its jobs that gave the alias.</param>
    /// <param name="states">Of its things, as they are now.</param>
    /// <param name="withLater">Also from those to which a later rotation gave the same alias.</param>
    /// <returns>The things that go back, and those that a later rotation keeps.</returns>
    public static (IReadOnlyList<string> Things, IReadOnlyList<ThingState> Later) Of(RotationPlan plan, IEnumerable<ThingExecution> executions, IReadOnlyList<ThingState> states, bool withLater)
    {
        var later = withLater ? [] : states.Where(t => t.Alias == plan.Alias && t.MovedBy is { } job && plan.IsBefore(job)).ToList();
        var byName = states.ToDictionary(t => t.Name);
        var taking = executions.Where(e => e.Status == "IN_PROGRESS" || (e.Succeeded && !HasMovedOn(e))).Select(e => e.Thing);
        var have = states.Where(t => t.Alias == plan.Alias).Select(t => t.Name);
        return ([.. taking.Union(have).Except(later.Select(t => t.Name)).Order(StringComparer.Ordinal)], later);

        // A device tells the job first, and the shadow a little later.
        bool HasMovedOn(ThingExecution execution) => byName.GetValueOrDefault(execution.Thing) is { Alias: { } alias } now && alias != plan.Alias && now.ReportedAt > execution.Updated;
    }
}
