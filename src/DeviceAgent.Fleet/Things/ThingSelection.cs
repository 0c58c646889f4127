using DeviceAgent.Fleet.Aws;
using DeviceAgent.Fleet.Commands;
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
    /// <exception cref="UsageException">There is no such group or thing, or the group is empty.</exception>
    public static async Task<ThingSelection> FindAsync(IotRegistry registry, string? group, IReadOnlyList<string> named, CancellationToken cancellationToken)
    {
        if (group is not null)
        {
            var members = await OfGroupAsync(registry, group, cancellationToken).ConfigureAwait(false);
            return members.Names.Count > 0 ? members : throw new UsageException($"The thing group '{group}' has no things.");
        }

        if (named.Count == 0) return new ThingSelection(null, Sorted(await registry.ThingsAsync(cancellationToken).ConfigureAwait(false)));
        await MustExistAsync(registry, named, cancellationToken).ConfigureAwait(false);
        return new ThingSelection(null, Sorted(named));
    }

    /// <exception cref="UsageException">There is no such thing.</exception>
    public static async Task MustExistAsync(IotRegistry registry, IReadOnlyList<string> named, CancellationToken cancellationToken)
    {
        if (named.Any(string.IsNullOrWhiteSpace)) throw new UsageException("A thing's name is empty: say which thing.");
        var exist = await EachThing.AskAsync(named, (thing, token) => ExistsAsync(registry, thing, token), cancellationToken).ConfigureAwait(false);
        var missing = named.Where((_, i) => !exist[i]).ToList();
        if (missing.Count == 0) return;
        var others = missing.Count > 1 ? $" Nor: {string.Join(", ", missing.Skip(1).Take(5))}{(missing.Count > 6 ? $" and {missing.Count - 6} more" : "")}" : "";
        throw new UsageException($"There is no thing '{missing[0]}' in this account and region{Spelling.Hint(missing[0], await registry.ThingsAsync(cancellationToken).ConfigureAwait(false))}{others}");
    }

    /// <summary>Those of a group, which may be empty.</summary>
    /// <exception cref="UsageException">There is no such group.</exception>
    public static async Task<ThingSelection> OfGroupAsync(IotRegistry registry, string group, CancellationToken cancellationToken)
    {
        if (string.IsNullOrWhiteSpace(group)) throw new UsageException("The thing group's name is empty: --group GROUP");
        try
        {
            return new ThingSelection(group, Sorted(await registry.ThingsInGroupAsync(group, cancellationToken).ConfigureAwait(false)));
        }
        catch (AwsException e) when (e.IsNotFound)
        {
            var groups = await registry.GroupsAsync(cancellationToken).ConfigureAwait(false);
            throw new UsageException($"There is no thing group '{group}' in this account and region{Spelling.Hint(group, groups)}", e);
        }
    }

    private static async Task<bool> ExistsAsync(IotRegistry registry, string thing, CancellationToken cancellationToken)
    {
        try
        {
            await registry.ThingArnAsync(thing, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (AwsException e) when (e.IsNotFound || e.Code == "InvalidRequestException")
        {
            return false;
        }
    }

    private static string[] Sorted(IEnumerable<string> names) => [.. names.Distinct().Order(StringComparer.Ordinal)];
}
