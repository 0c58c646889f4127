using System.Text.Json.Nodes;
using DeviceAgent.Testbed.Broker;
using DeviceAgent.Testbed.Credentials;
using DeviceAgent.Testbed.Faults;
using DeviceAgent.Testbed.Provisioning;
using DeviceAgent.Testbed.Registry;

namespace DeviceAgent.Testbed.Tests.Provisioning;

public sealed class ProvisioningServiceTests : IAsyncDisposable
{
    private const string CertificateOnly =
        """{"Resources":{"c":{"Type":"AWS::IoT::Certificate","Properties":{"CertificateId":{"Ref":"AWS::IoT::Certificate::Id"},"Status":"STATUS"}MORE}}}""";

    private readonly ProvisioningWorld _world = new();

    private RegistryService Registry => _world.Registry;

    [Fact]
    public void RegisterThing_NewDevice_IsReadyToWork()
    {
        var (id, token) = _world.NewCertificate();

        var answer = _world.Register(token, ("ThingName", "boiler-07"), ("SerialNumber", "SN1"));

        Assert.Equal("""{"deviceConfiguration":{"powerReturnSpreadSeconds":"1200","roleAlias":"device-agent"},"thingName":"boiler-07"}""", answer.ToJsonString());
        Assert.Equal("ACTIVE", Registry.FindCertificate(id)!.Status);
        Assert.True(Registry.IsAttached("boiler-07", id));
        Assert.Equal([.. RegistrySeed.RoleAliasNames.Select(RegistrySeed.IotPolicyName), RegistrySeed.MqttPolicyName], Registry.PolicyTargets.PoliciesOf(id).Select(p => p.Name).Order(StringComparer.Ordinal));
    }

    /// <summary>The template has no "if"; it makes do with splitting and joining.</summary>
    [Theory]
    [InlineData("boiler-07", "SN1", "boiler-07")]
    [InlineData("boiler-07", null, "boiler-07")]
    [InlineData(null, "SN1", "SN1")]
    public void RegisterThing_SeedsTemplate_NamesTheThingElseTakesTheSerialNumber(string? name, string? serial, string thing)
    {
        var parameters = new[] { ("ThingName", name), ("SerialNumber", serial) }.Where(p => p.Item2 is not null).Select(p => (p.Item1, p.Item2!)).ToArray();

        Assert.Equal(thing, (string?)_world.Register(_world.NewCertificate().Token, parameters)["thingName"]);
    }

    [Fact]
    public void RegisterThing_SeedsTemplateWithoutAnyName_IsRefusedAndTheTokenStaysGood()
    {
        var (id, token) = _world.NewCertificate();

        Assert.Contains("thingName", Refused(400, "InvalidRequestException", () => _world.Register(token)));

        Assert.Equal("PENDING_ACTIVATION", Registry.FindCertificate(id)!.Status);
        _world.Register(token, ("ThingName", "boiler-07"));
    }

    /// <summary>Certificate rotation: the old one must work until the device has seen the new one work.</summary>
    [Fact]
    public void RegisterThing_ThingThatExists_GetsTheNewCertificateAndKeepsTheOld()
    {
        var old = new RegistrySeed(Registry, _world.Iot.Iam, _world.Iot.Authority).ProvisionThing("thermostat-01", Path.Combine(_world.Iot.Folder, "t")).CertificateId;
        var thing = Registry.FindThing("thermostat-01");
        var (id, token) = _world.NewCertificate();

        _world.Register(token, ("ThingName", "thermostat-01"));

        Assert.True(Registry.IsAttached("thermostat-01", old));
        Assert.True(Registry.IsAttached("thermostat-01", id));
        Assert.Equal(["ACTIVE", "ACTIVE"], new[] { old, id }.Select(c => Registry.FindCertificate(c)!.Status));
        Assert.Equal((thing!.Id, thing.Version, thing.TypeName), (Registry.FindThing("thermostat-01")!.Id, Registry.FindThing("thermostat-01")!.Version, Registry.FindThing("thermostat-01")!.TypeName));
    }

    [Fact]
    public void CreateKeysAndCertificate_Answer_HoldsAKeyThatFitsAndAPendingCertificate()
    {
        var answer = _world.Service.CreateKeysAndCertificate();

        Assert.Equal(["certificateId", "certificatePem", "privateKey", "certificateOwnershipToken"], answer.Select(p => p.Key));
        using var pair = System.Security.Cryptography.X509Certificates.X509Certificate2.CreateFromPem((string)answer["certificatePem"]!, (string)answer["privateKey"]!);
        Assert.True(pair.HasPrivateKey);
        Assert.Equal("PENDING_ACTIVATION", Registry.FindCertificate((string)answer["certificateId"]!)!.Status);
    }

    [Theory]
    [InlineData("{}", "certificateSigningRequest is needed.")]
    [InlineData("""{"certificateSigningRequest":5}""", "certificateSigningRequest must be a string.")]
    [InlineData("""{"certificateSigningRequest":"x"}""", "certificateSigningRequest is not a PKCS#10 request")]
    public void CreateCertificateFromCsr_BadRequest_IsRefused(string request, string message) =>
        Assert.StartsWith(message, Refused(400, "InvalidRequestException", () => _world.Service.CreateCertificateFromCsr(JsonNode.Parse(request)!.AsObject())));

    /// <summary>Before its thing is registered a certificate is accepted nowhere.</summary>
    [Fact]
    public void PendingCertificate_AtTheListeners_IsRefused()
    {
        var (id, token) = _world.NewCertificate();
        Registry.Things.Create("boiler-07", null, new Dictionary<string, string>());
        Registry.Principals.Attach("boiler-07", id, exclusive: false);
        Registry.PolicyTargets.Attach(RegistrySeed.IotPolicyName(RegistrySeed.RoleAliasName), id);
        Registry.PolicyTargets.Attach(RegistrySeed.MqttPolicyName, id);
        var faults = new FaultSwitches(new Random(1));
        var rules = new CredentialsRules(Registry, _world.Iot.Iam, faults, new CredentialsProviderOptions(), _world.Iot.Time);
        var request = new CredentialsRequest(id, RegistrySeed.RoleAliasName, "boiler-07");

        Assert.Equal((CredentialsRefusal.CertificateInvalid, false), (rules.Decide(request).Refusal, MayConnect()));

        _world.Register(token, ("ThingName", "boiler-07"));
        Assert.Equal((null, true), (rules.Decide(request).Refusal, MayConnect()));

        bool MayConnect() => new DeviceRights(Registry, id, "boiler-07", "127.0.0.1", []).MayConnect();
    }

    [Fact]
    public void RegisterThing_BadToken_IsRefusedInTheServicesWords()
    {
        Assert.Equal("Certificate ownership token cannot be empty.", Refused(400, "InvalidCertificateOwnershipToken", () => _world.Service.RegisterThing(ProvisioningWorld.Template, [])));
        Refused(400, "InvalidCertificateOwnershipToken", () => _world.Register("", ("ThingName", "x")));
        Refused(400, "InvalidCertificateOwnershipToken", () => _world.Register("made up", ("ThingName", "x")));
    }

    [Fact]
    public void RegisterThing_SecondTime_TokenIsUsedUp()
    {
        var (_, token) = _world.NewCertificate();
        _world.Register(token, ("ThingName", "boiler-07"));

        Refused(400, "InvalidCertificateOwnershipToken", () => _world.Register(token, ("ThingName", "boiler-08")));
    }

    [Fact]
    public async Task Token_AfterAnHour_IsNoGoodAndTheCertificateIsGone()
    {
        var (id, token) = _world.NewCertificate();
        var (claimed, claimedToken) = _world.NewCertificate();
        _world.Iot.Time.Advance(TimeSpan.FromMinutes(59));
        await _world.RestartAsync();
        _world.Register(claimedToken, ("ThingName", "boiler-07"));

        _world.Iot.Time.Advance(TimeSpan.FromMinutes(2));

        Refused(400, "InvalidCertificateOwnershipToken", () => _world.Register(token, ("ThingName", "boiler-08")));
        Assert.Null(Registry.FindCertificate(id));
        Assert.Equal("ACTIVE", Registry.FindCertificate(claimed)!.Status);
    }

    [Fact]
    public void Token_AfterAnHour_CertificateThatAnOperatorTookCareOfStays()
    {
        var activated = _world.NewCertificate().Id;
        var withPolicy = _world.NewCertificate().Id;
        Registry.Certificates.Update(activated, "ACTIVE");
        Registry.PolicyTargets.Attach(RegistrySeed.IotPolicyName(RegistrySeed.RoleAliasName), withPolicy);

        _world.Iot.Time.Advance(TimeSpan.FromMinutes(61));

        Assert.NotNull(Registry.FindCertificate(activated));
        Assert.NotNull(Registry.FindCertificate(withPolicy));
    }

    [Fact]
    public void RegisterThing_TemplateThatCannotBeUsed_SaysWhy()
    {
        var (_, token) = _world.NewCertificate();

        Refused(404, "ResourceNotFoundException", () => _world.RegisterWith("nobody", token));
        _world.Templates.Update(ProvisioningWorld.Template, null, enabled: false, null, null);
        Assert.Contains("not enabled", Refused(400, "InvalidRequestException", () => _world.Register(token, ("ThingName", "x"))));
        _world.Templates.Update(ProvisioningWorld.Template, null, enabled: true, null, null);
        _world.Register(token, ("ThingName", "x"));
    }

    [Fact]
    public void RegisterThing_RoleThatMayNot_IsDeniedAndMakesNothing()
    {
        var (id, token) = _world.NewCertificate();
        var trust = _world.Iot.Iam.Roles.Get(ProvisioningSeed.RoleName).TrustPolicy;

        _world.Iot.Iam.Roles.UpdateTrustPolicy(ProvisioningSeed.RoleName, trust.Replace("iot.amazonaws.com", "credentials.iot.amazonaws.com"));
        Assert.Contains("cannot assume the provisioning role", Refused(403, "ACCESS_DENIED", () => _world.Register(token, ("ThingName", "boiler-07"))));

        _world.Iot.Iam.Roles.UpdateTrustPolicy(ProvisioningSeed.RoleName, trust);
        var policy = _world.Iot.Iam.Roles.GetInlinePolicy(ProvisioningSeed.RoleName, ProvisioningSeed.RolePolicyName);
        _world.Iot.Iam.Roles.PutInlinePolicy(ProvisioningSeed.RoleName, ProvisioningSeed.RolePolicyName, policy.Replace("iot:AttachPolicy", "iot:GetPolicy"));
        Assert.Contains("iot:AttachPolicy", Refused(403, "ACCESS_DENIED", () => _world.Register(token, ("ThingName", "boiler-07"))));

        Assert.Null(Registry.FindThing("boiler-07"));
        Assert.Equal("PENDING_ACTIVATION", Registry.FindCertificate(id)!.Status);
    }

    [Fact]
    public void RegisterThing_PolicyThatIsMissing_MakesNothing()
    {
        var (id, token) = _world.NewCertificate();
        var template = _world.NewTemplate(Body("""{"ThingName":"boiler-07"}""", "{}", """{"PolicyName":"nobody"}"""));

        Refused(404, "ResourceNotFoundException", () => _world.RegisterWith(template, token));

        Assert.Null(Registry.FindThing("boiler-07"));
        Assert.Empty(Registry.PolicyTargets.PoliciesOf(id));
    }

    [Theory]
    [InlineData("""{"PolicyDocument":{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iot:Connect","Resource":{"Fn::Sub":"arn:aws:iot:us-east-1:123456789012:client/${AWS::IoT::Certificate::Id}"}}]}}""")]
    [InlineData("""{"PolicyDocument":"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"iot:Connect\",\"Resource\":\"*\"}]}"}""")]
    public void RegisterThing_PolicyDocument_IsMadeOnceAndAttached(string policy)
    {
        Allow("iot:CreatePolicy");
        var template = _world.NewTemplate(Body("""{"ThingName":"boiler-07"}""", "{}", policy));
        var before = Registry.Policies.All.Count;
        var (id, token) = _world.NewCertificate();

        _world.RegisterWith(template, token);
        var made = Registry.PolicyTargets.PoliciesOf(id).Single();
        _world.RegisterWith(template, _world.NewCertificate().Token);

        Assert.Equal(64, made.Name.Length);
        Assert.DoesNotContain("${", made.Default.Document, StringComparison.Ordinal);
        Assert.InRange(Registry.Policies.All.Count, before + 1, before + 2);
    }

    /// <summary>A thing with type "boiler" and attributes a=1, b=2; the template says type "heater", attributes a=9, c=3.</summary>
    [Theory]
    [InlineData("REPLACE", "REPLACE", "heater", "a=9,c=3")]
    [InlineData("REPLACE", "MERGE", "heater", "a=9,b=2,c=3")]
    [InlineData("DO_NOTHING", "DO_NOTHING", "boiler", "a=1,b=2")]
    [InlineData("DO_NOTHING", "MERGE", "boiler", "a=9,b=2,c=3")]
    [InlineData("FAIL", "MERGE", null, null)]
    [InlineData("REPLACE", "FAIL", null, null)]
    public void RegisterThing_OverrideSettings_DecideAboutAThingThatIsDifferent(string type, string attributes, string? typeAfter, string? attributesAfter)
    {
        Registry.ThingTypes.Create("boiler", null, []);
        Registry.ThingTypes.Create("heater", null, []);
        Registry.Things.Create("boiler-07", "boiler", new Dictionary<string, string> { ["a"] = "1", ["b"] = "2" });
        var template = _world.NewTemplate(Body(
            """{"ThingName":"boiler-07","ThingTypeName":"heater","AttributePayload":{"a":"9","c":"3"}}""", $$"""{"ThingTypeName":"{{type}}","AttributePayload":"{{attributes}}"}"""));
        var (id, token) = _world.NewCertificate();

        if (typeAfter is null) Refused(409, "ResourceConflicts", () => _world.RegisterWith(template, token));
        else _world.RegisterWith(template, token);

        var thing = Registry.FindThing("boiler-07")!;
        Assert.Equal(typeAfter ?? "boiler", thing.TypeName);
        Assert.Equal(attributesAfter ?? "a=1,b=2", string.Join(',', thing.Attributes.Select(a => $"{a.Key}={a.Value}")));
        Assert.Equal(typeAfter is not null, Registry.IsAttached("boiler-07", id));
    }

    /// <summary>A thing in the groups a and b; the template says b and c.</summary>
    [Theory]
    [InlineData("REPLACE", "b,c")]
    [InlineData("MERGE", "a,b,c")]
    [InlineData("DO_NOTHING", "a,b")]
    [InlineData("FAIL", null)]
    public void RegisterThing_ThingGroups_FollowTheirOverrideSetting(string setting, string? after)
    {
        Allow("iot:AddThingToThingGroup", "iot:RemoveThingFromThingGroup");
        Registry.Things.Create("boiler-07", null, new Dictionary<string, string>());
        foreach (var group in new[] { "a", "b", "c" }) Registry.ThingGroups.Create(group, null, null, new Dictionary<string, string>());
        foreach (var group in new[] { "a", "b" }) Registry.ThingGroups.Add(group, "boiler-07");
        var template = _world.NewTemplate(Body("""{"ThingName":"boiler-07","ThingGroups":["b",{"Fn::Sub":"c"}]}""", $$"""{"ThingGroups":"{{setting}}"}"""));
        var (_, token) = _world.NewCertificate();

        if (after is null) Refused(409, "ResourceConflicts", () => _world.RegisterWith(template, token));
        else _world.RegisterWith(template, token);

        Assert.Equal(after ?? "a,b", string.Join(',', Registry.ThingGroups.GroupsOf("boiler-07").Select(g => g.Name).Order(StringComparer.Ordinal)));
    }

    [Fact]
    public void RegisterThing_NewThing_JoinsItsGroups()
    {
        Allow("iot:AddThingToThingGroup");
        Registry.ThingGroups.Create("canaries", null, null, new Dictionary<string, string>());
        var template = _world.NewTemplate(Body("""{"ThingName":"boiler-07","ThingGroups":["canaries"]}""", "{}"));

        _world.RegisterWith(template, _world.NewCertificate().Token);

        Assert.Equal(["boiler-07"], Registry.ThingGroups.ThingsIn("canaries", recursive: false));
    }

    /// <summary>Without override settings a thing that is as the template says is no conflict.</summary>
    [Fact]
    public void RegisterThing_NoOverrideSettings_ConflictsOnlyWithAnotherThing()
    {
        var template = _world.NewTemplate(Body("""{"ThingName":"boiler-07","AttributePayload":{"a":"1"}}""", "{}"));
        _world.RegisterWith(template, _world.NewCertificate().Token);
        _world.RegisterWith(template, _world.NewCertificate().Token);

        Registry.Things.Update("boiler-07", null, removeType: false, new Dictionary<string, string> { ["a"] = "2" }, merge: false, null);
        Refused(409, "ResourceConflicts", () => _world.RegisterWith(template, _world.NewCertificate().Token));
    }

    /// <summary>An operator who switched the certificate off meanwhile is listened to as the template says.</summary>
    [Theory]
    [InlineData("DO_NOTHING", "INACTIVE")]
    [InlineData("REPLACE", "ACTIVE")]
    [InlineData("FAIL", null)]
    public void RegisterThing_CertificateSwitchedOff_FollowsItsOverrideSetting(string setting, string? status)
    {
        var template = _world.NewTemplate(CertificateOnly.Replace("MORE", $",\"OverrideSettings\":{{\"Status\":\"{setting}\"}}").Replace("STATUS", "ACTIVE"));
        var (id, token) = _world.NewCertificate();
        Registry.Certificates.Update(id, "INACTIVE");

        if (status is null) Refused(409, "ResourceConflicts", () => _world.RegisterWith(template, token));
        else _world.RegisterWith(template, token);

        Assert.Equal(status ?? "INACTIVE", Registry.FindCertificate(id)!.Status);
    }

    [Theory]
    [InlineData("Inactive", "INACTIVE")]
    [InlineData("active", "ACTIVE")]
    [InlineData("REVOKED", null)]
    public void RegisterThing_Status_IsWhatTheTemplateSays(string status, string? after)
    {
        var template = _world.NewTemplate(CertificateOnly.Replace("MORE", "").Replace("STATUS", status));
        var (id, token) = _world.NewCertificate();

        if (after is null) Refused(400, "InvalidRequestException", () => _world.RegisterWith(template, token));
        else Assert.Equal("""{"deviceConfiguration":{}}""", _world.RegisterWith(template, token).ToJsonString());

        Assert.Equal(after ?? "PENDING_ACTIVATION", Registry.FindCertificate(id)!.Status);
    }

    [Fact]
    public void RegisterThing_Parameters_MustBeThereAndBeStrings()
    {
        var template = _world.NewTemplate($$"""
            {"Parameters":{"Site":{"Type":"String"} },"Resources":{"c":{{TemplateBodyTests.Certificate}} },"DeviceConfiguration":{"site":{"Ref":"Site"} } }
            """);
        var (_, token) = _world.NewCertificate();

        Assert.Equal("The parameter Site is needed.", Refused(400, "InvalidRequestException", () => _world.RegisterWith(template, token)));
        Refused(400, "InvalidRequestException", () => _world.Service.RegisterThing(template, JsonNode.Parse($$"""{"certificateOwnershipToken":"{{token}}","parameters":{"Site":5} }""")!.AsObject()));
        Assert.Equal("a", (string?)_world.RegisterWith(template, token, ("Site", "a"), ("Unknown", "b"))["deviceConfiguration"]!["site"]);
    }

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    private static string Body(string properties, string settings, string? policy = null) =>
        """{"Resources":{"t":{"Type":"AWS::IoT::Thing","Properties":PROPERTIES,"OverrideSettings":SETTINGS},"c":CERTIFICATE POLICY}}"""
            .Replace("CERTIFICATE", TemplateBodyTests.Certificate)
            .Replace("POLICY", policy is null ? "" : ""","p":{"Type":"AWS::IoT::Policy","Properties":DOCUMENT}""".Replace("DOCUMENT", policy))
            .Replace("PROPERTIES", properties)
            .Replace("SETTINGS", settings);

    /// <summary>What a template other than the testbed's needs besides.</summary>
    private void Allow(params string[] actions) => _world.Iot.Iam.Roles.PutInlinePolicy(
        ProvisioningSeed.RoleName, "more", $$"""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["{{string.Join("\",\"", actions)}}"],"Resource":"*"}]}""");

    private static string Refused(int status, string type, Func<object> act)
    {
        var refusal = Assert.Throws<RegistryException>(act);
        Assert.Equal((status, type), (refusal.StatusCode, refusal.Type));
        return refusal.Message;
    }
}
