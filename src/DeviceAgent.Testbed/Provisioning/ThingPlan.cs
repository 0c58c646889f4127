using DeviceAgent.Testbed.Provisioning.Templates;
using DeviceAgent.Testbed.Registry;

namespace DeviceAgent.Testbed.Provisioning;

/// <summary>What to do about the thing: make it, or change one that exists as far as the override settings let. Certificates it has stay attached.</summary>
/// <param name="Name">The thing's name.</param>
/// <param name="Exists">Whether there is one of this name.</param>
/// <param name="TypeName">The type to give it; null leaves it.</param>
/// <param name="Attributes">The attributes to give it; null leaves them.</param>
/// <param name="Merge">Whether attributes not named here stay.</param>
/// <param name="Joins">The groups to put it in.</param>
/// <param name="Leaves">The groups to take it out of.</param>
internal sealed record ThingPlan(
    string Name, bool Exists, string? TypeName, IReadOnlyDictionary<string, string>? Attributes, bool Merge, IReadOnlyList<string> Joins, IReadOnlyList<string> Leaves)
{
    public static ThingPlan Of(ThingResource resource, TemplateFunctions functions, RegistryService registry)
    {
        var name = NameRules.ThingName(functions.Text(resource.ThingName, "ThingName"));
        var type = resource.ThingTypeName is null ? null : functions.Text(resource.ThingTypeName, "ThingTypeName");
        var attributes = resource.Attributes?.ToDictionary(pair => pair.Key, pair => functions.Text(pair.Value, $"AttributePayload.{pair.Key}"));
        var groups = resource.ThingGroups?.Select(group => registry.ThingGroups.Get(functions.Text(group, "Every one of ThingGroups")).Name).ToHashSet();
        if (registry.FindThing(name) is not { } thing) return new ThingPlan(name, Exists: false, type, attributes, Merge: false, [.. groups ?? []], Leaves: []);

        var keepsType = type is null || type == thing.TypeName
            || Keeps(resource.ThingTypeOverride, $"The thing {name} has the type {thing.TypeName ?? "(none)"}, the template says {type}");
        var keepsAttributes = attributes is null || ThingAttributes.Same(attributes, thing.Attributes)
            || Keeps(resource.AttributesOverride, $"The thing {name} has other attributes than the template says");
        var current = registry.ThingGroups.GroupsOf(name).Select(group => group.Name).ToHashSet();
        var keepsGroups = groups is null || groups.SetEquals(current) || Keeps(resource.ThingGroupsOverride, $"The thing {name} is in other groups than the template says");
        return new ThingPlan(
            name, Exists: true, keepsType ? null : type, keepsAttributes ? null : attributes, resource.AttributesOverride == OverrideSetting.Merge,
            keepsGroups ? [] : [.. groups!.Except(current)],
            keepsGroups || resource.ThingGroupsOverride == OverrideSetting.Merge ? [] : [.. current.Except(groups!)]);
    }

    public void Apply(RegistryService registry)
    {
        if (!Exists) registry.Things.Create(Name, TypeName, Attributes ?? new Dictionary<string, string>());
        else if (TypeName is not null || Attributes is not null) registry.Things.Update(Name, TypeName, removeType: false, Attributes, Merge, expectedVersion: null);
        foreach (var group in Leaves) registry.ThingGroups.Remove(group, Name);
        foreach (var group in Joins) registry.ThingGroups.Add(group, Name);
    }

    public static RegistryException Conflict(string what) => new("ResourceConflicts", 409, $"{what}, and its override setting is FAIL.");

    private static bool Keeps(OverrideSetting setting, string conflict) =>
        setting == OverrideSetting.Fail ? throw Conflict(conflict) : setting == OverrideSetting.DoNothing;
}
