namespace DeviceAgent.Testbed.Registry;

/// <summary>A thing in a group.</summary>
internal sealed record ThingGroupMember(string GroupName, string ThingName)
{
    public string Id => IdOf(GroupName, ThingName);

    public static string IdOf(string groupName, string thingName) => $"{groupName}/{thingName}";
}
