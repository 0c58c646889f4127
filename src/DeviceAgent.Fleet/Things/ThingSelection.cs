using DeviceAgent.Fleet.Aws;
using DeviceAgent.Settings;

namespace DeviceAgent.Fleet.Things;

/// <summary>The things that a command is about.</summary>
/// <param name="Group">The group that was named; null when things were, or all are meant.</param>
/// <param name="Names">Sorted, each once.</param>
internal sealed record ThingSelection(string? Group, IReadOnlyList<string> Names)
{
    /// <summary>In words.</summary>
    public override string ToString() => Group is { } group ? $"group {group} ({Credentials.Text.Counted.Of(Names.Count, "thing")})" : Credentials.Text.Counted.Of(Names.Count, "thing");

    /// <summary>The things that are named, those of the group, or all of the account.</summary>
    /// <exception cref="AwsException">There is no such group, or it is empty.</exception>
    public static async Task<ThingSelection> FindAsync(IotRegistry registry, string? group, IReadOnlyList<string> named, CancellationToken cancellationToken)
    {
        if (group is null) return new ThingSelection(null, Sorted(named.Count > 0 ? named : await registry.ThingsAsync(cancellationToken).ConfigureAwait(false)));
        try
        {
            var members = await registry.ThingsInGroupAsync(group, cancellationToken).ConfigureAwait(false);
            return new ThingSelection(group, Sorted(members));
        }
        catch (AwsException e) when (e.IsNotFound)
        {
            var groups = await registry.GroupsAsync(cancellationToken).ConfigureAwait(false);
            throw new AwsException($"There is no thing group '{group}' in this account and region{Spelling.Hint(group, groups)}", e);
        }
    }

    private static string[] Sorted(IEnumerable<string> names) => [.. names.Distinct().Order(StringComparer.Ordinal)];
}
