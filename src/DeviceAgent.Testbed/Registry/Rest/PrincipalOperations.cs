using System.Text.Json.Nodes;

namespace DeviceAgent.Testbed.Registry.Rest;

internal sealed class PrincipalOperations(PrincipalRegistry principals)
{
    private const string PrincipalHeader = "x-amzn-principal";

    public IReadOnlyList<RestRoute> Routes =>
    [
        new("AttachThingPrincipal", "PUT", "/things/{thingName}/principals", Attach),
        new("DetachThingPrincipal", "DELETE", "/things/{thingName}/principals", Detach),
        new("ListThingPrincipals", "GET", "/things/{thingName}/principals", OfThing),
        new("ListThingPrincipalsV2", "GET", "/things/{thingName}/principals-v2", OfThingTyped),
        new("ListPrincipalThings", "GET", "/principals/things", OfPrincipal),
        new("ListPrincipalThingsV2", "GET", "/principals/things-v2", OfPrincipalTyped),
    ];

    private JsonObject Attach(RestRequest request)
    {
        principals.Attach(request.Label("thingName"), Principal(request), Type(request) == "EXCLUSIVE_THING");
        return [];
    }

    private JsonObject Detach(RestRequest request)
    {
        principals.Detach(request.Label("thingName"), Principal(request));
        return [];
    }

    private JsonObject OfThing(RestRequest request) =>
        List(request, principals.OfThing(request.Label("thingName")), "principals", a => DeviceCertificateRecord.ArnOf(a.CertificateId));

    private JsonObject OfThingTyped(RestRequest request) =>
        List(request, principals.OfThing(request.Label("thingName")), "thingPrincipalObjects", a => new JsonObject
        {
            ["principal"] = DeviceCertificateRecord.ArnOf(a.CertificateId),
            ["thingPrincipalType"] = a.PrincipalType,
        });

    private JsonObject OfPrincipal(RestRequest request) =>
        List(request, principals.OfCertificate(Principal(request)), "things", a => a.ThingName);

    private JsonObject OfPrincipalTyped(RestRequest request) =>
        List(request, principals.OfCertificate(Principal(request)), "principalThingObjects", a => new JsonObject
        {
            ["thingName"] = a.ThingName,
            ["thingPrincipalType"] = a.PrincipalType,
        });

    private static JsonObject List(RestRequest request, IReadOnlyList<ThingAttachment> attachments, string member, Func<ThingAttachment, JsonNode?> node)
    {
        var type = Type(request);
        var (page, next) = Paging.Page(
            attachments.Where(a => type is null || a.PrincipalType == type), a => a.Id, request.QueryNumber("maxResults"), request.Query("nextToken"));
        return new JsonObject { [member] = RestJson.Array(page, node) }.With("nextToken", next);
    }

    private static string Principal(RestRequest request) => NameRules.CertificateOfArn("principal", request.RequiredHeader(PrincipalHeader));

    private static string? Type(RestRequest request) => request.Query("thingPrincipalType") switch
    {
        null => null,
        ("EXCLUSIVE_THING" or "NON_EXCLUSIVE_THING") and var type => type,
        var other => throw RegistryException.InvalidRequest($"thingPrincipalType must be EXCLUSIVE_THING or NON_EXCLUSIVE_THING; got '{other}'."),
    };
}
