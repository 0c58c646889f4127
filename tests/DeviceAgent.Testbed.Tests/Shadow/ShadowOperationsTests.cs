using System.Text;
using System.Text.Json.Nodes;
using DeviceAgent.Testbed.Registry;
using DeviceAgent.Testbed.Registry.Rest;
using DeviceAgent.Testbed.Shadow;

namespace DeviceAgent.Testbed.Tests.Shadow;

public sealed class ShadowOperationsTests : IDisposable
{
    private readonly ShadowWorld _world = new();

    [Fact]
    public void UpdateThingShadow_OverHttp_IsToldToSubscribers()
    {
        var accepted = Call("POST", "/things/boiler-07/shadow?name=device-agent", """{"state":{"desired":{"roleAlias":"b"}},"clientToken":"t"}""");

        const string topic = ShadowWorld.Topic + "/name/device-agent/update/";
        Assert.Equal([topic + "accepted", topic + "delta", topic + "documents"], _world.Bus.Topics);
        ShadowWorld.AssertJson(accepted!.ToJsonString(), _world.Bus.Json("/update/accepted"));
        ShadowWorld.AssertJson("""{"roleAlias":"b"}""", _world.Bus.Json("/update/delta")["state"]);
    }

    [Theory]
    [InlineData("POST", "/things/boiler-07/shadow", "{}", 400, "InvalidRequestException", "Missing required node: state")]
    [InlineData("POST", "/things/boiler-07/shadow", """{"state":{},"version":3}""", 409, "ConflictException", "Version conflict")]
    [InlineData("GET", "/things/boiler-07/shadow", "", 404, "ResourceNotFoundException", "No shadow exists with name: 'boiler-07'")]
    [InlineData("DELETE", "/things/boiler-07/shadow?name=x", "", 404, "ResourceNotFoundException", "No shadow exists with name: 'x'")]
    public void Refusal_OverHttp_IsNotPublished(string method, string target, string body, int status, string type, string message)
    {
        var refusal = Assert.Throws<RegistryException>(() => Call(method, target, body));

        Assert.Equal((status, type, message), (refusal.StatusCode, refusal.Type, refusal.Message));
        Assert.Empty(_world.Bus.Topics);
    }

    [Fact]
    public void Update_TooLargeOrAnotherEncoding_HasItsOwnStatus()
    {
        var large = Assert.Throws<RegistryException>(() => Call("POST", "/things/b/shadow", $$"""{"state":{"desired":{"a":"{{new string('x', 9000)}}"} } }"""));
        var latin = Assert.Throws<RegistryException>(() => Call("POST", "/things/b/shadow", Encoding.Latin1.GetBytes("ü")));

        Assert.Equal((413, "RequestEntityTooLargeException"), (large.StatusCode, large.Type));
        Assert.Equal((415, "UnsupportedDocumentEncodingException"), (latin.StatusCode, latin.Type));
    }

    [Theory]
    [InlineData("/things/boiler 07/shadow")]
    [InlineData("/things/boiler-07/shadow?name=a%2Fb")]
    [InlineData("/things/boiler-07/shadow?name=")]
    [InlineData("/api/things/shadow/ListNamedShadowsForThing/a.b")]
    [InlineData("/api/things/shadow/ListNamedShadowsForThing/ab?pageSize=101")]
    public void Names_ThatNothingCanHave_AreRefused(string target) =>
        Assert.Equal(400, Assert.Throws<RegistryException>(() => Call("GET", target)).StatusCode);

    [Fact]
    public void ListNamedShadowsForThing_Pages_HoldEachNameOnce()
    {
        foreach (var name in new[] { "c", "a", "b" }) _world.Update("""{"state":{}}""", ShadowKey.Of("boiler-07", name));

        var first = Call("GET", "/api/things/shadow/ListNamedShadowsForThing/boiler-07?pageSize=2")!;
        var second = Call("GET", $"/api/things/shadow/ListNamedShadowsForThing/boiler-07?pageSize=2&nextToken={Uri.EscapeDataString((string)first["nextToken"]!)}");

        ShadowWorld.AssertJson("""["a","b"]""", first["results"]);
        ShadowWorld.AssertJson("""{"results":["c"],"timestamp":1772366400}""", second);
        ShadowWorld.AssertJson("""{"results":[],"timestamp":1772366400}""", Call("GET", "/api/things/shadow/ListNamedShadowsForThing/nobody"));
    }

    [Theory]
    [InlineData("GET", "/things/boiler-07/shadow", "iot:GetThingShadow", "thing/boiler-07")]
    [InlineData("POST", "/things/boiler-07/shadow?name=device-agent", "iot:UpdateThingShadow", "thing/boiler-07/device-agent")]
    [InlineData("DELETE", "/things/boiler-07/shadow?name=device-agent", "iot:DeleteThingShadow", "thing/boiler-07/device-agent")]
    [InlineData("GET", "/api/things/shadow/ListNamedShadowsForThing/boiler-07", "iot:ListNamedShadowsForThing", "thing/boiler-07")]
    public void Permission_OfEach_NamesTheShadow(string method, string target, string action, string resource)
    {
        var (route, request) = Route(method, target, []);

        Assert.Equal(new Permission(action, $"arn:aws:iot:us-east-1:123456789012:{resource}"), Assert.Single(route.PermissionsFor(request)));
    }

    public void Dispose() => _world.Dispose();

    private JsonObject? Call(string method, string target, string body = "") => Call(method, target, Encoding.UTF8.GetBytes(body));

    private JsonObject? Call(string method, string target, byte[] body)
    {
        var (route, request) = Route(method, target, body);
        return route.Handler(request);
    }

    private (RestRoute Route, RestRequest Request) Route(string method, string target, byte[] body)
    {
        var parsed = RestTarget.Parse(target);
        var (route, labels) = new ShadowOperations(_world.Shadows, _world.Time).Routes
            .Where(r => r.Method == method).Select(r => (r, r.Match(parsed.Segments))).Single(r => r.Item2 is not null);
        return (route, new RestRequest(labels!, parsed.Query, _ => null, body));
    }
}
