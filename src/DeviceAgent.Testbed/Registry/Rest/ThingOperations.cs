using System.Text.Json.Nodes;

namespace DeviceAgent.Testbed.Registry.Rest;

internal sealed class ThingOperations(ThingRegistry things)
{
    public IReadOnlyList<RestRoute> Routes =>
    [
        new("CreateThing", "POST", "/things/{thingName}", Create),
        new("DescribeThing", "GET", "/things/{thingName}", Describe),
        new("UpdateThing", "PATCH", "/things/{thingName}", Update),
        new("DeleteThing", "DELETE", "/things/{thingName}", Delete),
        new("ListThings", "GET", "/things", List),
    ];

    private JsonObject Create(RestRequest request)
    {
        var (attributes, _) = Attributes(request);
        var thing = things.Create(request.Label("thingName"), request.Text("thingTypeName"), attributes ?? new Dictionary<string, string>());
        return new JsonObject { ["thingName"] = thing.Name, ["thingArn"] = thing.Arn, ["thingId"] = thing.Id };
    }

    private JsonObject Describe(RestRequest request)
    {
        var thing = things.Get(request.Label("thingName"));
        return Summary(thing).With("defaultClientId", thing.Name).With("thingId", thing.Id);
    }

    private JsonObject Update(RestRequest request)
    {
        var (attributes, merge) = Attributes(request);
        things.Update(
            request.Label("thingName"), request.Text("thingTypeName"), request.Flag("removeThingType") ?? false, attributes, merge, request.Number("expectedVersion"));
        return [];
    }

    private JsonObject Delete(RestRequest request)
    {
        things.Delete(request.Label("thingName"), request.QueryNumber("expectedVersion"));
        return [];
    }

    private JsonObject List(RestRequest request)
    {
        var (name, value, type) = (request.Query("attributeName"), request.Query("attributeValue"), request.Query("thingTypeName"));
        if (name is null != value is null) throw RegistryException.InvalidRequest("attributeName and attributeValue must be given together.");
        var prefix = request.QueryFlag("usePrefixAttributeValue") ?? false;
        var wanted = things.All.Where(t => (type is null || t.TypeName == type) && (name is null || HasAttribute(t, name, value!, prefix)));
        var (page, next) = Paging.Page(wanted, t => t.Name, request.QueryNumber("maxResults"), request.Query("nextToken"));
        return new JsonObject { ["things"] = RestJson.Array(page, Summary) }.With("nextToken", next);
    }

    private static bool HasAttribute(Thing thing, string name, string value, bool prefix) =>
        thing.Attributes.TryGetValue(name, out var actual) && (prefix ? actual.StartsWith(value, StringComparison.Ordinal) : actual == value);

    private static JsonObject Summary(Thing thing) => new JsonObject
    {
        ["thingName"] = thing.Name,
        ["thingArn"] = thing.Arn,
        ["attributes"] = RestJson.Map(thing.Attributes),
        ["version"] = thing.Version,
    }.With("thingTypeName", thing.TypeName);

    private static (IReadOnlyDictionary<string, string>? Attributes, bool Merge) Attributes(RestRequest request) =>
        request.Object("attributePayload") is { } payload
            ? (RestRequest.Map(payload, "attributes"), RestRequest.Value<bool?>(payload, "merge", "true or false") ?? false)
            : (null, false);
}
