using System.Text.Json.Nodes;

namespace DeviceAgent.Testbed.Tests.Registry;

public sealed class RegistryApiTests : IAsyncLifetime
{
    private RegistryHost _host = null!;

    public async Task InitializeAsync() => _host = await RegistryHost.StartAsync();

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task CreateThing_ThenDescribe_GivesTheModelsMembers()
    {
        var (status, created, _) = await _host.SendAsync("POST", "/things/boiler%3A07", """{"attributePayload":{"attributes":{"Owner":"ops"}}}""");
        var (_, described, response) = await _host.SendAsync("GET", "/things/boiler:07");

        Assert.Equal(200, status);
        Assert.Equal("arn:aws:iot:us-east-1:123456789012:thing/boiler:07", (string?)created["thingArn"]);
        Assert.Equal((string?)created["thingId"], (string?)described["thingId"]);
        Assert.Equal("""{"Owner":"ops"}""", described["attributes"]!.ToJsonString());
        Assert.Equal(1, (int)described["version"]!);
        Assert.Equal("boiler:07", (string?)described["defaultClientId"]);
        Assert.False(described.ContainsKey("thingTypeName"));
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        Assert.True(response.Headers.Contains("x-amzn-RequestId"));
        Assert.Equal(_host.World.Time.GetUtcNow().ToUnixTimeSeconds(), response.Headers.Date!.Value.ToUnixTimeSeconds());
    }

    [Fact]
    public async Task Error_AlreadyExists_CarriesTypeAndResource()
    {
        await _host.SendAsync("POST", "/policies/p", Body("policyDocument", IotWorld.AllowAll));

        var (status, body, response) = await _host.SendAsync("POST", "/policies/p", Body("policyDocument", IotWorld.AllowAll));

        Assert.Equal(409, status);
        Assert.Equal("ResourceAlreadyExistsException", response.Headers.GetValues("x-amzn-ErrorType").Single());
        Assert.Equal("arn:aws:iot:us-east-1:123456789012:policy/p", (string?)body["resourceArn"]);
        Assert.Equal("p", (string?)body["resourceId"]);
        Assert.Contains("already exists", (string?)body["message"]);
    }

    [Fact]
    public async Task UnknownRoute_OfTheServiceModel_Is404AndNamesThePath()
    {
        var (status, body, response) = await _host.SendAsync("GET", "/dimensions?maxResults=5");

        Assert.Equal(404, status);
        Assert.Equal("UnknownOperationException", response.Headers.GetValues("x-amzn-ErrorType").Single());
        Assert.Equal("The testbed plays no AWS IoT operation GET /dimensions.", (string?)body["message"]);
    }

    [Theory]
    [InlineData("[1]")]
    [InlineData("{")]
    [InlineData("""{"thingTypeName":5}""")]
    [InlineData("""{"attributePayload":{"attributes":{"a":1}}}""")]
    [InlineData("""{"attributePayload":"x"}""")]
    public async Task Body_OfTheWrongShape_IsAnInvalidRequest(string json)
    {
        var (status, _, response) = await _host.SendAsync("POST", "/things/t", json);

        Assert.Equal(400, status);
        Assert.Equal("InvalidRequestException", response.Headers.GetValues("x-amzn-ErrorType").Single());
    }

    [Theory]
    [InlineData("/things/t", """{"billingGroupName":"b"}""")]
    [InlineData("/role-aliases/a", """{"roleArn":"arn:aws:iam::123456789012:role/r","tags":[{"Key":"k","Value":"v"}]}""")]
    public async Task Body_WithMembersThatAreNotPlayed_IsRefused(string target, string json)
    {
        var (status, body, _) = await _host.SendAsync("POST", target, json);

        Assert.Equal(400, status);
        Assert.Contains("does not play", (string?)body["message"]);
        Assert.Equal(404, (await _host.SendAsync("GET", target)).Status);
    }

    [Fact]
    public async Task AttachPolicy_TargetEncodedInThePath_IsFound()
    {
        var certificate = _host.World.NewCertificate();
        await _host.SendAsync("POST", "/policies/p%2Bq%3D%2C.%40-", Body("policyDocument", IotWorld.AllowAll));

        var (status, body, response) = await _host.SendAsync("PUT", "/target-policies/p%2Bq%3D%2C.%40-", Body("target", certificate.Arn));
        var (_, attached, _) = await _host.SendAsync("POST", $"/attached-policies/{Uri.EscapeDataString(certificate.Arn)}");
        var (_, targets, _) = await _host.SendAsync("POST", "/policy-targets/p%2Bq%3D%2C.%40-");

        Assert.Equal(200, status);
        Assert.Equal(0, response.Content.Headers.ContentLength);
        Assert.Equal("p+q=,.@-", (string?)attached["policies"]![0]!["policyName"]);
        Assert.Equal(certificate.Arn, (string?)targets["targets"]![0]);
    }

    [Fact]
    public async Task AttachThingPrincipal_PrincipalInTheHeader_IsAttached()
    {
        var certificate = _host.World.NewCertificate();
        await _host.SendAsync("POST", "/things/t");

        var (status, _, _) = await _host.SendAsync("PUT", "/things/t/principals?thingPrincipalType=EXCLUSIVE_THING", header: ("x-amzn-principal", certificate.Arn));
        var (_, things, _) = await _host.SendAsync("GET", "/principals/things", header: ("x-amzn-principal", certificate.Arn));
        var (missing, _, _) = await _host.SendAsync("PUT", "/things/t/principals");

        Assert.Equal((200, 400), (status, missing));
        Assert.Equal("""["t"]""", things["things"]!.ToJsonString());
        Assert.Equal("EXCLUSIVE_THING", _host.World.Registry.Principals.OfThing("t").Single().PrincipalType);
    }

    [Fact]
    public async Task CreateKeysAndCertificate_Inactive_HandsOutKeysOnce()
    {
        var (_, body, _) = await _host.SendAsync("POST", "/keys-and-certificate");

        var id = (string)body["certificateId"]!;
        Assert.StartsWith("-----BEGIN PRIVATE KEY-----", (string?)body["keyPair"]!["PrivateKey"]);
        Assert.StartsWith("-----BEGIN PUBLIC KEY-----", (string?)body["keyPair"]!["PublicKey"]);
        Assert.Equal("INACTIVE", _host.World.Registry.FindCertificate(id)!.Status);
        var (_, described, _) = await _host.SendAsync("GET", $"/certificates/{id}");
        Assert.Equal(2524607999, (double)described["certificateDescription"]!["validity"]!["notAfter"]!);
        Assert.DoesNotContain("PRIVATE", described.ToJsonString());
    }

    [Fact]
    public async Task ListThings_InPages_GivesAllOnce()
    {
        for (var i = 0; i < 7; i++) await _host.SendAsync("POST", $"/things/t{i}");

        var names = new List<string>();
        string? token = null;
        do
        {
            var (_, body, _) = await _host.SendAsync("GET", "/things?maxResults=3" + (token is null ? "" : $"&nextToken={Uri.EscapeDataString(token)}"));
            names.AddRange(body["things"]!.AsArray().Select(t => (string)t!["thingName"]!));
            token = (string?)body["nextToken"];
        }
        while (token is not null);

        Assert.Equal(["t0", "t1", "t2", "t3", "t4", "t5", "t6"], names);
        Assert.Equal(400, (await _host.SendAsync("GET", "/things?maxResults=251")).Status);
        Assert.Equal(400, (await _host.SendAsync("GET", "/things?nextToken=%21")).Status);
    }

    [Fact]
    public async Task DescribeEndpoint_Types_AreTheTestbedsListeners()
    {
        var (_, body, _) = await _host.SendAsync("GET", "/endpoint?endpointType=iot%3ACredentialProvider");
        var (status, _, _) = await _host.SendAsync("GET", "/endpoint?endpointType=iot%3AFleetHub");

        Assert.Equal("localhost:8440", (string?)body["endpointAddress"]);
        Assert.Equal(400, status);
    }

    [Fact]
    public async Task RoleSession_WithoutAndWithPermission_IsDeniedAndAllowed()
    {
        var roles = _host.World.Iam.Roles;
        roles.Create("reader", """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}""");
        _host.World.Registry.Things.Create("mine", null, new Dictionary<string, string>());
        var keys = _host.RoleKeys("reader");

        var (denied, body, response) = await _host.SendAsync("GET", "/things/mine", keys: keys);
        roles.PutInlinePolicy("reader", "p", """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iot:DescribeThing","Resource":"arn:aws:iot:us-east-1:123456789012:thing/mine"}]}""");
        var (allowed, _, _) = await _host.SendAsync("GET", "/things/mine", keys: keys);
        var (other, _, _) = await _host.SendAsync("GET", "/things/other", keys: keys);

        Assert.Equal((403, 200, 403), (denied, allowed, other));
        Assert.Equal("AccessDeniedException", response.Headers.GetValues("x-amzn-ErrorType").Single());
        Assert.Contains("iot:DescribeThing", (string?)body["message"]);
    }

    [Fact]
    public async Task Signature_OfAnotherKey_IsRefusedBeforeAnythingIsDone()
    {
        var (status, _, _) = await _host.SendAsync("POST", "/things/t", keys: new("AKIAOPERATOR00000002", "x", "x", default));

        Assert.Equal(403, status);
        Assert.Empty(_host.World.Registry.Things.All);
    }

    [Fact]
    public void Routes_WholeTable_IsTheServiceModels()
    {
        Assert.Equal(RouteTable.Expected.Split('\n'), _host.Api().Routes.Select(r => $"{r.Operation} {r.Method} {r.Template}").Order(StringComparer.Ordinal));
    }

    private static string Body(string name, string value) => new JsonObject { [name] = value }.ToJsonString();
}
