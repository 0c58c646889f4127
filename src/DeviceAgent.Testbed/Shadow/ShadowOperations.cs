using System.Text.Json.Nodes;
using DeviceAgent.Testbed.Registry;
using DeviceAgent.Testbed.Registry.Rest;

namespace DeviceAgent.Testbed.Shadow;

/// <summary>The shadows over HTTP. No name in the query is the classic shadow.</summary>
internal sealed class ShadowOperations(ShadowService shadows, TimeProvider time)
{
    private const string Path = "/things/{thingName}/shadow";
    private const int MaximumPage = 100;

    public IReadOnlyList<RestRoute> Routes =>
    [
        new("GetThingShadow", "GET", Path, r => Answer(() => shadows.Get(KeyOf(r)))) { Permissions = r => On(r, "iot:GetThingShadow") },
        new("UpdateThingShadow", "POST", Path, r => Answer(() => shadows.Update(KeyOf(r), r.Body.Span))) { Permissions = r => On(r, "iot:UpdateThingShadow") },
        new("DeleteThingShadow", "DELETE", Path, r => Answer(() => shadows.Delete(KeyOf(r)))) { Permissions = r => On(r, "iot:DeleteThingShadow") },
        new("ListNamedShadowsForThing", "GET", "/api/things/shadow/ListNamedShadowsForThing/{thingName}", List),
    ];

    private JsonObject List(RestRequest request)
    {
        var size = request.QueryNumber("pageSize");
        if (size is < 1 or > MaximumPage) throw RegistryException.InvalidRequest($"pageSize must be between 1 and {MaximumPage}; got {size}.");
        var names = shadows.NamesOf(NameRules.ThingName(request.Label("thingName")));
        var (page, next) = Paging.Page(names, name => name, size ?? MaximumPage, request.Query("nextToken"));
        return new JsonObject { ["results"] = RestJson.Texts(page) }.With("nextToken", next).With("timestamp", time.GetUtcNow().ToUnixTimeSeconds());
    }

    /// <summary>A named shadow is a resource below its thing.</summary>
    private static IEnumerable<Permission> On(RestRequest request, string action)
    {
        var key = KeyOf(request);
        return [new Permission(action, Thing.ArnOf(key.Name is null ? key.Thing : $"{key.Thing}/{key.Name}"))];
    }

    private static ShadowKey KeyOf(RestRequest request)
    {
        var (thing, name) = (request.Label("thingName"), request.Query("name"));
        return ShadowKey.Of(thing, name) ?? throw RegistryException.InvalidRequest(
            $"'{thing}' (1 to 128 of a-z A-Z 0-9 : _ -) does not name a thing, or '{name}' (1 to 64 of the same and $) does not name a shadow.");
    }

    private static JsonObject Answer(Func<JsonObject> act)
    {
        try
        {
            return act();
        }
        catch (ShadowException e)
        {
            throw new RegistryException(e.Type, e.Code, e.Message);
        }
    }
}
