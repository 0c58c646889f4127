namespace DeviceAgent.Testbed.Registry;

internal sealed record ThingType(string Name, string Id, string? Description, IReadOnlyList<string> SearchableAttributes, DateTimeOffset Created, DateTimeOffset? Deprecated)
{
    public string Arn => CloudAccount.Arn("iot", $"thingtype/{Name}");
}
