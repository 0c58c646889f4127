using DeviceAgent.Testbed.Registry;

namespace DeviceAgent.Testbed.Jobs;

/// <summary>From the ARNs that a job names to things.</summary>
internal sealed class JobTargets(RegistryService registry)
{
    private const int MaximumTargets = 100;

    private static readonly string ThingPrefix = Thing.ArnOf("");
    private static readonly string GroupPrefix = ThingGroup.ArnOf("");

    public void RequireGood(IReadOnlyList<string> targets)
    {
        if (targets.Count is 0 or > MaximumTargets) throw RegistryException.InvalidRequest($"A job has between 1 and {MaximumTargets} targets; got {targets.Count}.");
        foreach (var target in targets)
        {
            if (target.StartsWith(ThingPrefix, StringComparison.Ordinal)) registry.Things.Get(target[ThingPrefix.Length..]);
            else if (target.StartsWith(GroupPrefix, StringComparison.Ordinal)) registry.ThingGroups.Get(target[GroupPrefix.Length..]);
            else throw RegistryException.InvalidRequest($"A target must be the ARN of a thing ({ThingPrefix}NAME) or of a thing group ({GroupPrefix}NAME); got '{target}'.");
        }
    }

    /// <summary>The things that the targets hold now, in the order of the targets; one that was deleted holds none.</summary>
    public IReadOnlyList<string> ThingsOf(IEnumerable<string> targets) => [.. targets.SelectMany(ThingsOf).Distinct()];

    public IReadOnlyList<string> ThingsOf(string target)
    {
        if (target.StartsWith(ThingPrefix, StringComparison.Ordinal))
        {
            var thing = target[ThingPrefix.Length..];
            return Exists(thing) ? [thing] : [];
        }

        return registry.ThingGroups.Members(target[GroupPrefix.Length..]);
    }

    public bool Exists(string thing) => registry.FindThing(thing) is not null;

    public static bool IsGroup(string target, string groupName) => target == GroupPrefix + groupName;
}
