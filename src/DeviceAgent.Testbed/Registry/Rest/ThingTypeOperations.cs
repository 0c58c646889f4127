using System.Text.Json.Nodes;

namespace DeviceAgent.Testbed.Registry.Rest;

internal sealed class ThingTypeOperations(ThingTypeRegistry types)
{
    public IReadOnlyList<RestRoute> Routes =>
    [
        new("CreateThingType", "POST", "/thing-types/{thingTypeName}", Create),
        new("DescribeThingType", "GET", "/thing-types/{thingTypeName}", Describe),
        new("ListThingTypes", "GET", "/thing-types", List),
        new("DeprecateThingType", "POST", "/thing-types/{thingTypeName}/deprecate", Deprecate),
        new("DeleteThingType", "DELETE", "/thing-types/{thingTypeName}", Delete),
    ];

    private JsonObject Create(RestRequest request)
    {
        var properties = request.Object("thingTypeProperties") ?? [];
        var type = types.Create(
            request.Label("thingTypeName"),
            RestRequest.Value<string>(properties, "thingTypeDescription", "a string"),
            RestRequest.Texts(properties, "searchableAttributes"));
        return new JsonObject { ["thingTypeName"] = type.Name, ["thingTypeArn"] = type.Arn, ["thingTypeId"] = type.Id };
    }

    private JsonObject Describe(RestRequest request)
    {
        var type = types.Get(request.Label("thingTypeName"));
        return Summary(type).With("thingTypeId", type.Id);
    }

    private JsonObject List(RestRequest request)
    {
        var name = request.Query("thingTypeName");
        var wanted = types.All.Where(t => name is null || t.Name == name);
        var (page, next) = Paging.Page(wanted, t => t.Name, request.QueryNumber("maxResults"), request.Query("nextToken"));
        return new JsonObject { ["thingTypes"] = RestJson.Array(page, Summary) }.With("nextToken", next);
    }

    private JsonObject Deprecate(RestRequest request)
    {
        types.Deprecate(request.Label("thingTypeName"), request.Flag("undoDeprecate") ?? false);
        return [];
    }

    private JsonObject Delete(RestRequest request)
    {
        types.Delete(request.Label("thingTypeName"));
        return [];
    }

    private static JsonObject Summary(ThingType type) => new()
    {
        ["thingTypeName"] = type.Name,
        ["thingTypeArn"] = type.Arn,
        ["thingTypeProperties"] = new JsonObject { ["searchableAttributes"] = RestJson.Texts(type.SearchableAttributes) }.With("thingTypeDescription", type.Description),
        ["thingTypeMetadata"] = new JsonObject
        {
            ["deprecated"] = type.Deprecated is not null,
            ["creationDate"] = RestJson.Timestamp(type.Created),
        }.With("deprecationDate", type.Deprecated is { } date ? RestJson.Timestamp(date) : null),
    };
}
