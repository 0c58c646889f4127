namespace DeviceAgent.Testbed.Registry;

/// <summary>A static thing group: things belong to it because an operator put them there.</summary>
internal sealed record ThingGroup(
    string Name, string Id, string? ParentName, string? Description, IReadOnlyDictionary<string, string> Attributes, DateTimeOffset Created, long Version)
{
    public string Arn => ArnOf(Name);

    public static string ArnOf(string name) => CloudAccount.Arn("iot", $"thinggroup/{name}");
}
