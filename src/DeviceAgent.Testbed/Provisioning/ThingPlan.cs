using DeviceAgent.Testbed.Provisioning.Templates;
using DeviceAgent.Testbed.Registry;

namespace DeviceAgent.Testbed.Provisioning;

/// <summary>What to do about the thing: make it, or change one that exists as far as the override settings let. Certificates it has stay attached.</summary>
/// <param name="Name">The thing's name.</param>
/// <param name="Exists">Whether there is one of this name.</param>
/// <param name="TypeName">The type to give it; null leaves it.</param>
/// <param name="Attributes">The attributes to give it; null leaves them.</param>
/// <param name="Merge">Whether attributes not named here stay.</param>
internal sealed record ThingPlan(string Name, bool Exists, string? TypeName, IReadOnlyDictionary<string, string>? Attributes, bool Merge)
{
    public static ThingPlan Of(ThingResource resource, TemplateFunctions functions, RegistryService registry)
    {
        var name = NameRules.ThingName(functions.Text(resource.ThingName, "ThingName"));
        var type = resource.ThingTypeName is null ? null : functions.Text(resource.ThingTypeName, "ThingTypeName");
        var attributes = resource.Attributes?.ToDictionary(pair => pair.Key, pair => functions.Text(pair.Value, $"AttributePayload.{pair.Key}"));
        if (registry.FindThing(name) is not { } thing) return new ThingPlan(name, Exists: false, type, attributes, Merge: false);

        var keepsType = type is null || type == thing.TypeName || Keeps(resource.ThingTypeOverride, $"The thing {name} has the type {thing.TypeName ?? "(none)"}, the template says {type}");
        var keepsAttributes = attributes is null || Same(attributes, thing.Attributes) || Keeps(resource.AttributesOverride, $"The thing {name} has other attributes than the template says");
        return new ThingPlan(name, Exists: true, keepsType ? null : type, keepsAttributes ? null : attributes, resource.AttributesOverride == OverrideSetting.Merge);
    }

    public void Apply(RegistryService registry)
    {
        if (!Exists) registry.Things.Create(Name, TypeName, Attributes ?? new Dictionary<string, string>());
        else if (TypeName is not null || Attributes is not null) registry.Things.Update(Name, TypeName, removeType: false, Attributes, Merge, expectedVersion: null);
    }

    public static RegistryException Conflict(string what) => new("ResourceConflicts", 409, $"{what}, and its override setting is FAIL.");

    private static bool Keeps(OverrideSetting setting, string conflict) =>
        setting == OverrideSetting.Fail ? throw Conflict(conflict) : setting == OverrideSetting.DoNothing;

    private static bool Same(Dictionary<string, string> a, IReadOnlyDictionary<string, string> b) =>
        a.Count == b.Count && a.All(pair => b.TryGetValue(pair.Key, out var value) && value == pair.Value);
}
