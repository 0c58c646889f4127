namespace DeviceAgent.Testbed.Registry;

/// <summary>What AWS IoT policies may ask about the thing behind a connection.</summary>
internal static class ThingVariables
{
    private const string Prefix = "iot:Connection.Thing.";

    public static Dictionary<string, IReadOnlyList<string>> Of(Thing thing, bool attached)
    {
        var variables = new Dictionary<string, IReadOnlyList<string>>
        {
            [Prefix + "ThingName"] = [thing.Name],
            [Prefix + "IsAttached"] = [attached ? "true" : "false"],
        };
        if (thing.TypeName is { } type) variables[Prefix + "ThingTypeName"] = [type];
        foreach (var (name, value) in thing.Attributes) variables[$"{Prefix}Attributes[{name}]"] = [value];
        return variables;
    }
}
