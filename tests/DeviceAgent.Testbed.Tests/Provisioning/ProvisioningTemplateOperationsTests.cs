using System.Text;
using System.Text.Json.Nodes;
using DeviceAgent.Testbed.Provisioning;
using DeviceAgent.Testbed.Registry;
using DeviceAgent.Testbed.Registry.Rest;

namespace DeviceAgent.Testbed.Tests.Provisioning;

public sealed class ProvisioningTemplateOperationsTests : IAsyncDisposable
{
    private const string Role = "arn:aws:iam::123456789012:role/provisioner";

    private static readonly string Body = $$"""{"Resources":{"c":{{TemplateBodyTests.Certificate}} } }""";

    private readonly ProvisioningWorld _world = new();

    [Fact]
    public void Routes_WholeTable_IsTheServiceModels() => Assert.Equal(
        """
        CreateProvisioningClaim POST /provisioning-templates/{templateName}/provisioning-claim
        CreateProvisioningTemplate POST /provisioning-templates
        CreateProvisioningTemplateVersion POST /provisioning-templates/{templateName}/versions
        DeleteProvisioningTemplate DELETE /provisioning-templates/{templateName}
        DeleteProvisioningTemplateVersion DELETE /provisioning-templates/{templateName}/versions/{versionId}
        DescribeProvisioningTemplate GET /provisioning-templates/{templateName}
        DescribeProvisioningTemplateVersion GET /provisioning-templates/{templateName}/versions/{versionId}
        ListProvisioningTemplateVersions GET /provisioning-templates/{templateName}/versions
        ListProvisioningTemplates GET /provisioning-templates
        UpdateProvisioningTemplate PATCH /provisioning-templates/{templateName}
        """.Split('\n'),
        Routes.Select(r => $"{r.Operation} {r.Method} {r.Template}").Order(StringComparer.Ordinal));

    [Fact]
    public void Template_Life_CreateDescribeUpdateDelete()
    {
        Assert.Equal(
            """{"templateArn":"arn:aws:iot:us-east-1:123456789012:provisioningtemplate/t1","templateName":"t1","defaultVersionId":1}""",
            Create("t1")!.ToJsonString());
        Assert.Equal("ResourceAlreadyExistsException", Assert.Throws<RegistryException>(() => Create("t1")).Type);

        Call("PATCH", "/provisioning-templates/t1", new JsonObject { ["enabled"] = true, ["description"] = "d" });
        var described = Call("GET", "/provisioning-templates/t1")!;
        Assert.Equal((true, "d", Role, Body), ((bool)described["enabled"]!, (string?)described["description"], (string?)described["provisioningRoleArn"], (string?)described["templateBody"]));
        Assert.Equal(["device-agent", "t1"], Call("GET", "/provisioning-templates")!["templates"]!.AsArray().Select(t => (string?)t!["templateName"]));

        Call("DELETE", "/provisioning-templates/t1");
        Assert.Equal(404, Assert.Throws<RegistryException>(() => Call("GET", "/provisioning-templates/t1")).StatusCode);
    }

    [Fact]
    public async Task Versions_DefaultAndOthers_AreKeptOverARestart()
    {
        Create("t1");
        var second = Body.Replace("Active", "Inactive");
        Assert.Equal((2, false), Version(Call("POST", "/provisioning-templates/t1/versions", new JsonObject { ["templateBody"] = second })!));
        Assert.Equal((3, true), Version(Call("POST", "/provisioning-templates/t1/versions?setAsDefault=true", new JsonObject { ["templateBody"] = second })!));

        await _world.RestartAsync();

        Assert.Equal([(3, true), (2, false), (1, false)], Call("GET", "/provisioning-templates/t1/versions")!["versions"]!.AsArray().Select(v => Version(v!)));
        Assert.Equal(second, (string?)Call("GET", "/provisioning-templates/t1/versions/2")!["templateBody"]);
        Assert.Equal("DeleteConflictException", Assert.Throws<RegistryException>(() => Call("DELETE", "/provisioning-templates/t1/versions/3")).Type);
        Call("PATCH", "/provisioning-templates/t1", new JsonObject { ["defaultVersionId"] = 1 });
        Call("DELETE", "/provisioning-templates/t1/versions/3");
        Assert.Equal(4, (int)Call("POST", "/provisioning-templates/t1/versions", new JsonObject { ["templateBody"] = Body })!["versionId"]!);
        Assert.Equal(404, Assert.Throws<RegistryException>(() => Call("PATCH", "/provisioning-templates/t1", new JsonObject { ["defaultVersionId"] = 3 })).StatusCode);

        static (int, bool) Version(JsonNode version) => ((int)version["versionId"]!, (bool)version["isDefaultVersion"]!);
    }

    [Fact]
    public void Versions_Sixth_IsOneTooMany()
    {
        Create("t1");
        for (var i = 0; i < 4; i++) _world.Templates.CreateVersion("t1", Body, setAsDefault: false);

        Assert.Equal("VersionsLimitExceededException", Assert.Throws<RegistryException>(() => _world.Templates.CreateVersion("t1", Body, setAsDefault: false)).Type);
    }

    [Theory]
    [InlineData("preProvisioningHook", """{"targetArn":"arn:aws:lambda:us-east-1:123456789012:function:f"}""", "The testbed does not play preProvisioningHook; leave it out.")]
    [InlineData("tags", "[]", "The testbed does not play tags; leave it out.")]
    [InlineData("type", "\"JITP\"", "The testbed plays templates of type FLEET_PROVISIONING only; got 'JITP'.")]
    [InlineData("templateName", "\"a.b\"", "templateName")]
    [InlineData("provisioningRoleArn", "\"role\"", "provisioningRoleArn")]
    [InlineData("templateBody", "\"{}\"", "Invalid template: The template needs Resources.")]
    [InlineData("templateBody", "null", "templateBody is needed.")]
    public void Create_WhatIsNotPlayedOrWrong_IsRefusedByName(string member, string value, string message)
    {
        var request = Request("t1");
        request[member] = JsonNode.Parse(value);

        var refusal = Assert.Throws<RegistryException>(() => Call("POST", "/provisioning-templates", request));

        Assert.Equal(400, refusal.StatusCode);
        Assert.Contains(message, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Update_Hook_IsRefusedByName() => Assert.Equal(
        "The testbed does not play preProvisioningHook; leave it out.",
        Assert.Throws<RegistryException>(() => Call("PATCH", "/provisioning-templates/device-agent", new JsonObject { ["preProvisioningHook"] = new JsonObject() })).Message);

    [Fact]
    public void Claim_AskedFor_LivesFiveMinutes()
    {
        var claim = Call("POST", "/provisioning-templates/device-agent/provisioning-claim")!;
        var id = (string)claim["certificateId"]!;

        Assert.Equal("ACTIVE", _world.Registry.FindCertificate(id)!.Status);
        Assert.Equal(["device-agent-claim"], _world.Registry.PolicyTargets.PoliciesOf(id).Select(p => p.Name));
        Assert.Equal(_world.Iot.Time.GetUtcNow().AddMinutes(5).ToUnixTimeMilliseconds() / 1000.0, (double)claim["expiration"]!);
        Assert.Equal(_world.Iot.Time.GetUtcNow().AddMinutes(5), _world.Registry.FindCertificate(id)!.NotAfter, TimeSpan.FromSeconds(1));
        Assert.Contains("PRIVATE KEY", (string?)claim["keyPair"]!["PrivateKey"]);

        _world.Iot.Time.Advance(TimeSpan.FromMinutes(6));

        Assert.Null(_world.Registry.FindCertificate(id));
    }

    [Fact]
    public void Permission_OfOneTemplate_NamesIt() => Assert.Equal(
        new Permission("iot:DescribeProvisioningTemplate", "arn:aws:iot:us-east-1:123456789012:provisioningtemplate/t1"),
        Find("GET", "/provisioning-templates/t1").PermissionsFor(new RestRequest(new Dictionary<string, string> { ["templateName"] = "t1" }, new Dictionary<string, string>(), _ => null, default)).Single());

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    private IReadOnlyList<RestRoute> Routes => new ProvisioningTemplateOperations(_world.Templates, _world.Service).Routes;

    private RestRoute Find(string method, string path) => Routes.Single(r => r.Method == method && r.Match(path.Split('/')) is not null);

    private JsonObject? Create(string name) => Call("POST", "/provisioning-templates", Request(name));

    private static JsonObject Request(string name) => new() { ["templateName"] = name, ["templateBody"] = Body, ["provisioningRoleArn"] = Role };

    private JsonObject? Call(string method, string target, JsonObject? body = null)
    {
        var parsed = RestTarget.Parse(target);
        var route = Find(method, target.Split('?')[0]);
        return route.Handler(new RestRequest(route.Match(parsed.Segments)!, parsed.Query, _ => null, Encoding.UTF8.GetBytes(body?.ToJsonString() ?? "")));
    }
}
