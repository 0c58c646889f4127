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

/// <summary>Which things are in which groups. There are no dynamic groups, so nothing to override.</summary>
internal sealed class ThingGroupMemberOperations(ThingGroupRegistry groups)
{
    private static readonly string GroupArn = ThingGroup.ArnOf("");
    private static readonly string ThingArn = Thing.ArnOf("");

    public IReadOnlyList<RestRoute> Routes =>
    [
        new("AddThingToThingGroup", "PUT", "/thing-groups/addThingToThingGroup", Add),
        new("RemoveThingFromThingGroup", "PUT", "/thing-groups/removeThingFromThingGroup", Remove),
        new("UpdateThingGroupsForThing", "PUT", "/thing-groups/updateThingGroupsForThing", Update),
        new("ListThingsInThingGroup", "GET", "/thing-groups/{thingGroupName}/things", ListThings),
        new("ListThingGroupsForThing", "GET", "/things/{thingName}/thing-groups", ListGroups),
    ];

    private JsonObject Add(RestRequest request)
    {
        groups.Add(Group(request), ThingOf(request));
        return [];
    }

    private JsonObject Remove(RestRequest request)
    {
        groups.Remove(Group(request), ThingOf(request));
        return [];
    }

    private JsonObject Update(RestRequest request)
    {
        var thing = request.RequiredText("thingName");
        var (add, remove) = (request.Texts("thingGroupsToAdd"), request.Texts("thingGroupsToRemove"));
        foreach (var group in add.Concat(remove)) groups.Get(group);
        foreach (var group in remove) groups.Remove(group, thing);
        foreach (var group in add) groups.Add(group, thing);
        return [];
    }

    private JsonObject ListThings(RestRequest request)
    {
        var things = groups.ThingsIn(request.Label("thingGroupName"), request.QueryFlag("recursive") ?? false);
        var (page, next) = Paging.Page(things, t => t, request.QueryNumber("maxResults"), request.Query("nextToken"));
        return new JsonObject { ["things"] = RestJson.Texts(page) }.With("nextToken", next);
    }

    private JsonObject ListGroups(RestRequest request)
    {
        var (page, next) = Paging.Page(groups.GroupsOf(request.Label("thingName")), g => g.Name, request.QueryNumber("maxResults"), request.Query("nextToken"));
        return new JsonObject { ["thingGroups"] = RestJson.Array(page, ThingGroupOperations.NameAndArn) }.With("nextToken", next);
    }

    private static string Group(RestRequest request) => Named(request, "thingGroupName", "thingGroupArn", GroupArn);

    private static string ThingOf(RestRequest request) => Named(request, "thingName", "thingArn", ThingArn);

    /// <summary>A name, or the ARN that holds it; given both, they must agree.</summary>
    private static string Named(RestRequest request, string nameMember, string arnMember, string prefix)
    {
        var (name, arn) = (request.Text(nameMember), request.Text(arnMember));
        if (arn is not null && !arn.StartsWith(prefix, StringComparison.Ordinal)) throw RegistryException.InvalidRequest($"{arnMember} must begin with {prefix}; got '{arn}'.");
        var fromArn = arn?[prefix.Length..];
        if (name is not null && fromArn is not null && name != fromArn) throw RegistryException.InvalidRequest($"{nameMember} and {arnMember} name different resources.");
        return name ?? fromArn ?? throw RegistryException.InvalidRequest($"{nameMember} or {arnMember} is needed.");
    }
}
