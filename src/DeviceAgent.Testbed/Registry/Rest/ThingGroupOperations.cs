using System.Text.Json.Nodes;

namespace DeviceAgent.Testbed.Registry.Rest;

internal sealed class ThingGroupOperations(ThingGroupRegistry groups)
{
    public IReadOnlyList<RestRoute> Routes =>
    [
        new("CreateThingGroup", "POST", "/thing-groups/{thingGroupName}", Create),
        new("DescribeThingGroup", "GET", "/thing-groups/{thingGroupName}", Describe),
        new("UpdateThingGroup", "PATCH", "/thing-groups/{thingGroupName}", Update),
        new("DeleteThingGroup", "DELETE", "/thing-groups/{thingGroupName}", Delete),
        new("ListThingGroups", "GET", "/thing-groups", List),
    ];

    private JsonObject Create(RestRequest request)
    {
        request.RefuseUnplayed("tags");
        var properties = request.Object("thingGroupProperties") ?? [];
        var group = groups.Create(
            request.Label("thingGroupName"), request.Text("parentGroupName"), Description(properties), Attributes(properties).Attributes ?? new Dictionary<string, string>());
        return new JsonObject { ["thingGroupName"] = group.Name, ["thingGroupArn"] = group.Arn, ["thingGroupId"] = group.Id };
    }

    private JsonObject Describe(RestRequest request)
    {
        var group = groups.Get(request.Label("thingGroupName"));
        return new JsonObject
        {
            ["thingGroupName"] = group.Name,
            ["thingGroupId"] = group.Id,
            ["thingGroupArn"] = group.Arn,
            ["version"] = group.Version,
            ["thingGroupProperties"] = new JsonObject { ["attributePayload"] = new JsonObject { ["attributes"] = RestJson.Map(group.Attributes) } }
                .With("thingGroupDescription", group.Description),
            ["thingGroupMetadata"] = new JsonObject
            {
                ["rootToParentThingGroups"] = RestJson.Array(groups.Ancestors(group), NameAndArn),
                ["creationDate"] = RestJson.Timestamp(group.Created),
            }.With("parentGroupName", group.ParentName),
        };
    }

    private JsonObject Update(RestRequest request)
    {
        var properties = request.Object("thingGroupProperties") ?? throw RegistryException.InvalidRequest("thingGroupProperties is needed.");
        var (attributes, merge) = Attributes(properties);
        return new JsonObject
        {
            ["version"] = groups.Update(request.Label("thingGroupName"), Description(properties), attributes, merge, request.Number("expectedVersion")).Version,
        };
    }

    private JsonObject Delete(RestRequest request)
    {
        groups.Delete(request.Label("thingGroupName"), request.QueryNumber("expectedVersion"));
        return [];
    }

    private JsonObject List(RestRequest request)
    {
        var (parent, prefix) = (request.Query("parentGroup"), request.Query("namePrefixFilter"));
        var wanted = groups.Below(parent, request.QueryFlag("recursive") ?? parent is null).Where(g => prefix is null || g.Name.StartsWith(prefix, StringComparison.Ordinal));
        var (page, next) = Paging.Page(wanted, g => g.Name, request.QueryNumber("maxResults"), request.Query("nextToken"));
        return new JsonObject { ["thingGroups"] = RestJson.Array(page, NameAndArn) }.With("nextToken", next);
    }

    internal static JsonObject NameAndArn(ThingGroup group) => new() { ["groupName"] = group.Name, ["groupArn"] = group.Arn };

    private static string? Description(JsonObject properties) => RestRequest.Value<string>(properties, "thingGroupDescription", "a string");

    private static (IReadOnlyDictionary<string, string>? Attributes, bool Merge) Attributes(JsonObject properties) =>
        RestRequest.Object(properties, "attributePayload") is { } payload
            ? (RestRequest.Map(payload, "attributes"), RestRequest.Value<bool?>(payload, "merge", "true or false") ?? false)
            : (null, false);
}
