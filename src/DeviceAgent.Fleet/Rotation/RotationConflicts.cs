using DeviceAgent.Fleet.Aws;
using DeviceAgent.Fleet.Commands;

namespace DeviceAgent.Fleet.Rotation;

/// <summary>Two rotations of one thing undo each other: finds one that is under way.</summary>
internal sealed class RotationConflicts(FleetContext fleet, RotationStore store)
{
    /// <summary>How many of the last rotations are looked at.</summary>
    private const int Recent = 10;

    /// <summary>One of the last rotations that is not over and has any of these things: by what is in its group now, whatever the group is called and whichever groups are in it.</summary>
    /// <param name="things">Their names.</param>
    /// <param name="self">A rotation that is not meant; null for none.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<RotationState?> FindAsync(IReadOnlyCollection<string> things, string? self, CancellationToken cancellationToken)
    {
        var newest = (await store.NewestAsync(cancellationToken).ConfigureAwait(false)).Where(name => name != self).Take(Recent);
        var states = await Task.WhenAll(newest.Select(name => store.FindAsync(name, cancellationToken))).ConfigureAwait(false);
        foreach (var state in states.OfType<RotationState>().Where(s => RotationRules.Next(s, fleet.Now) is not RotationStep.Over))
        {
            if ((await MembersAsync(state.Plan, cancellationToken).ConfigureAwait(false)).Intersect(things).Any()) return state;
        }

        return null;
    }

    /// <summary>To be asked when the first job is made, since another operator may have made his in the same moment: the older one that this one has to give way to; null when there is none.</summary>
    public async Task<RotationState?> FindOlderAsync(RotationPlan own, IReadOnlyCollection<string> things, CancellationToken cancellationToken)
    {
        if (await FindAsync(things, own.Name, cancellationToken).ConfigureAwait(false) is not { } other || await store.FindAsync(own.Name, cancellationToken).ConfigureAwait(false) is not { } self) return null;
        return IsOlder(other, self) ? other : null;
    }

    /// <summary>By AWS's clock; in the same moment by the name, so that never both give way and never none.</summary>
    internal static bool IsOlder(RotationState one, RotationState other) =>
        one.Started != other.Started ? one.Started < other.Started : string.CompareOrdinal(one.Plan.Name, other.Plan.Name) < 0;

    private async Task<IReadOnlyList<string>> MembersAsync(RotationPlan plan, CancellationToken cancellationToken)
    {
        if (plan.Group is not { } group) return plan.Things;
        try
        {
            return await fleet.Registry.ThingsInGroupAsync(group, cancellationToken).ConfigureAwait(false);
        }
        catch (AwsException e) when (e.IsNotFound)
        {
            // The group is gone, and with it what the rotation was about.
            return [];
        }
    }
}
