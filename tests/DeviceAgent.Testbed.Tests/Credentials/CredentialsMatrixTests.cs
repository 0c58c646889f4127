using DeviceAgent.Testbed.Registry;
using static DeviceAgent.Testbed.Tests.Credentials.CredentialsWorld;

namespace DeviceAgent.Testbed.Tests.Credentials;

/// <summary>Every row of the matrix of refusals, and their order.</summary>
public sealed class CredentialsMatrixTests : IAsyncLifetime
{
    private CredentialsWorld _world = null!;

    private RegistryService Registry => _world.Iot.Registry;

    private string Certificate => _world.Provisioned.CertificateId;

    public async Task InitializeAsync() => _world = await StartAsync();

    public async Task DisposeAsync() => await _world.DisposeAsync();

    [Fact]
    public async Task Ask_EverythingWrongAndMendedOneByOne_IsRefusedInTheServicesOrder()
    {
        const string alias = "fleet=ddb,@x";
        const string path = "/role-aliases/fleet%3Dddb%2C%40x/credentials";
        _world.Faults.Update(f => f with { CredentialsQuota = 1, Credentials = new() { Status = 503 } });
        Registry.Certificates.Update(Certificate, "INACTIVE");
        Task<Answer> Ask() => _world.AskAsync(_world.Device, thing: "new-thing", path: path);
        var seen = new List<string>();
        async Task Note()
        {
            var answer = await Ask();
            Assert.True(Guid.TryParse(answer.Headers["x-amzn-RequestId"], out _));
            Assert.Equal("application/json", answer.Headers["Content-Type"]);
            seen.Add($"{answer.Status} {answer.ErrorType}: {answer.Message}");
        }

        await Note();
        Registry.Certificates.Update(Certificate, "ACTIVE");
        await Note();
        Registry.Things.Create("new-thing", null, new Dictionary<string, string>());
        await Note();
        Registry.Principals.Attach("new-thing", Certificate, exclusive: false);
        await Note();
        Allow(RoleAlias.ArnOf(alias));
        await Note();
        Registry.RoleAliases.Create(alias, "arn:aws:iam::123456789012:role/new-role", 7200);
        await Note();
        _world.Iot.Iam.Roles.Create("new-role", Trust.Replace("credentials.iot", "iot"));
        await Note();
        _world.Iot.Iam.Roles.UpdateTrustPolicy("new-role", Trust);
        await Note();
        _world.Iot.Iam.Roles.Update("new-role", null, 7200);
        await Note();
        await Note();
        _world.Iot.Time.Advance(TimeSpan.FromSeconds(1));
        _world.Faults.Clear();

        Assert.Equal(200, (await Ask()).Status);
        Assert.Equal(
            [
                "403 AccessDeniedException: Certificate is invalid on this endpoint",
                "403 AccessDeniedException: Invalid thing name passed",
                "403 AccessDeniedException: Invalid thing name passed",
                "403 AccessDeniedException: Access Denied",
                "404 ResourceNotFoundException: Role alias does not exist",
                "400 InvalidRequestException: Unable to assume the role, or the role to assume does not exist",
                "400 InvalidRequestException: Unable to assume the role, or the role to assume does not exist",
                "400 InvalidRequestException: The requested CredentialDurationSeconds exceeds the MaxSessionDuration set for the role",
                "503 ServiceUnavailableException: Service is temporarily unavailable",
                "429 ThrottlingException: Rate exceeded",
            ],
            seen);
    }

    [Fact]
    public async Task Ask_WithoutThingHeader_NeedsNoThing()
    {
        Registry.Principals.Detach(ThingName, Certificate);

        Assert.Equal(200, (await _world.AskAsync(_world.Device, thing: null)).Status);
        Assert.Equal("Invalid thing name passed", (await _world.AskAsync()).Message);
        Assert.Equal("Invalid thing name passed", (await _world.AskAsync(_world.Device, thing: "")).Message);
    }

    [Fact]
    public async Task Ask_RolePathOfAnotherRole_CannotBeAssumed()
    {
        Registry.RoleAliases.Update("device-agent", $"arn:aws:iam::123456789012:role/other/{RegistrySeed.RoleName}", null);
        Assert.Equal(400, (await _world.AskAsync()).Status);

        Registry.RoleAliases.Update("device-agent", $"arn:aws:iam::999999999999:role/{RegistrySeed.RoleName}", null);
        Assert.Equal(400, (await _world.AskAsync()).Status);
    }

    [Fact]
    public async Task Ask_TrustPolicyAsksForTheSource_IsTheAliasAndTheAccount()
    {
        string Conditioned(string alias) => Trust.Replace("\"Action\"",
            $$$"""
            "Condition":{"StringEquals":{"aws:SourceAccount":"123456789012"},"ArnEquals":{"aws:SourceArn":"{{{RoleAlias.ArnOf(alias)}}}"}},"Action"
            """);
        _world.Iot.Iam.Roles.UpdateTrustPolicy(RegistrySeed.RoleName, Conditioned("device-agent"));
        Assert.Equal(200, (await _world.AskAsync()).Status);

        _world.Iot.Iam.Roles.UpdateTrustPolicy(RegistrySeed.RoleName, Conditioned("another"));
        Assert.Equal(400, (await _world.AskAsync()).Status);
    }

    [Fact]
    public async Task Ask_PolicyOverThingVariables_GoesByHeaderAndSwitch()
    {
        Registry.PolicyTargets.Detach(RegistrySeed.IotPolicyName(RegistrySeed.RoleAliasName), Certificate);
        Registry.Things.Update(ThingName, null, false, new Dictionary<string, string> { ["Owner"] = "ops" }, false, null);
        Allow("*", """
            ,"Condition":{"StringEquals":{"iot:Connection.Thing.Attributes[Owner]":"ops","iot:Connection.Thing.ThingTypeName":"thermostat"},"Bool":{"iot:Connection.Thing.IsAttached":"true"}}
            """);

        Assert.Equal(200, (await _world.AskAsync()).Status);
        Assert.Equal("Access Denied", (await _world.AskAsync(_world.Device, thing: null)).Message);
        _world.Faults.Update(f => f with { ThingVariables = false });
        Assert.Equal("Access Denied", (await _world.AskAsync()).Message);
    }

    [Fact]
    public async Task Ask_OverTheQuota_IsToldWhenToComeBack()
    {
        _world.Faults.Update(f => f with { CredentialsQuota = 2 });
        Assert.Equal(200, (await _world.AskAsync()).Status);
        Assert.Equal(200, (await _world.AskAsync()).Status);

        var throttled = await _world.AskAsync();
        Assert.Equal((429, "ThrottlingException", "1"), (throttled.Status, throttled.ErrorType, throttled.Headers["Retry-After"]));

        _world.Iot.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(200, (await _world.AskAsync()).Status);
    }

    [Theory]
    [InlineData("GET", "/", 404)]
    [InlineData("GET", "/role-aliases/device-agent", 404)]
    [InlineData("GET", "/role-aliases//credentials", 404)]
    [InlineData("GET", "/role-aliases/device-agent/credentials/", 404)]
    [InlineData("POST", DefaultPath, 405)]
    public async Task Ask_AnotherTarget_IsToldWhatThereIs(string method, string path, int status)
    {
        var answer = await _world.AskAsync(_world.Device, path: path, method: method);

        Assert.Equal(status, answer.Status);
        Assert.Contains("credentials are", answer.Message);
    }

    private void Allow(string resource, string more = "")
    {
        Registry.Policies.Create("test", $$"""
            {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iot:AssumeRoleWithCertificate","Resource":"{{resource}}"{{more}}}]}
            """);
        Registry.PolicyTargets.Attach("test", Certificate);
    }
}
