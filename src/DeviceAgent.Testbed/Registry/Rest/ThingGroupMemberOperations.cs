using System.Text.Json.Nodes;

namespace DeviceAgent.Testbed.Registry.Rest;

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
