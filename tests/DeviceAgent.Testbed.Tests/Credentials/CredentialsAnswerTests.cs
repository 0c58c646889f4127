using System.Text;
using System.Text.Json;
using DeviceAgent.Testbed.Credentials;
using DeviceAgent.Testbed.Faults;
using DeviceAgent.Testbed.Registry;
using static DeviceAgent.Testbed.Tests.Credentials.CredentialsWorld;

namespace DeviceAgent.Testbed.Tests.Credentials;

public sealed class CredentialsAnswerTests : IAsyncLifetime
{
    private CredentialsWorld _world = null!;

    public async Task InitializeAsync() => _world = await StartAsync();

    public async Task DisposeAsync() => await _world.DisposeAsync();

    [Fact]
    public async Task Success_Members_AreTheServices()
    {
        _world.Iot.Time.StepWallClock(TimeSpan.FromMinutes(7));
        var now = _world.Iot.Time.GetUtcNow();

        var answer = await _world.AskAsync();

        var credentials = answer.Json["credentials"]!.AsObject();
        Assert.Equal(["credentials"], answer.Json.Select(m => m.Key));
        Assert.Equal(["accessKeyId", "secretAccessKey", "sessionToken", "expiration"], credentials.Select(m => m.Key));
        Assert.StartsWith("ASIA", (string?)credentials["accessKeyId"]);
        Assert.Equal(now.AddHours(1).UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ"), (string?)credentials["expiration"]);
        Assert.Equal(now.ToString("R"), answer.Headers["Date"]);
        Assert.True(Guid.TryParse(answer.Headers["x-amzn-RequestId"], out _));
        Assert.Null(answer.ErrorType);
    }

    [Fact]
    public async Task Success_Session_CarriesCertificateThingAndType()
    {
        var session = Session(await _world.AskAsync());

        Assert.Equal($"arn:aws:sts::123456789012:assumed-role/{RegistrySeed.RoleName}/{_world.Provisioned.CertificateId}", session.AssumedRoleArn);
        Assert.Equal(_world.Iot.Iam.FindRole(RegistrySeed.RoleName)!.RoleId, session.RoleId);
        Assert.Equal(
            [
                ("credentials-iot:AwsCertificateId", _world.Provisioned.CertificateId),
                ("credentials-iot:ThingName", ThingName),
                ("credentials-iot:ThingTypeName", "thermostat"),
            ],
            session.ContextKeys.Select(k => (k.Key, k.Value)).Order());
    }

    [Fact]
    public async Task Success_WithoutThingHeader_CarriesTheCertificateOnly() =>
        Assert.Equal(["credentials-iot:AwsCertificateId"], Session(await _world.AskAsync(_world.Device, thing: null)).ContextKeys.Keys);

    [Fact]
    public async Task Success_LongestNames_StayBelowTheClientsLimit()
    {
        var (registry, iam) = (_world.Iot.Registry, _world.Iot.Iam);
        string Long(char seed, int length) => string.Concat(Enumerable.Range(0, length).Select(i => (char)('a' + (i * 7 + i / 5 + seed) % 26)));
        registry.ThingTypes.Create(Long('t', 128), null, []);
        registry.Things.Create(Long('n', 128), Long('t', 128), new Dictionary<string, string>());
        registry.Principals.Attach(Long('n', 128), _world.Provisioned.CertificateId, false);
        iam.Roles.Create(Long('r', 64), Trust, path: $"/{Long('p', 300)}/");
        registry.RoleAliases.Update("device-agent", iam.Roles.Get(Long('r', 64)).Arn, null);

        var answer = await _world.AskAsync(_world.Device, thing: Long('n', 128));

        Assert.Equal(200, answer.Status);
        Assert.InRange(Encoding.UTF8.GetByteCount(answer.Body), 500, CredentialsJson.ClientLimit - 1);
    }

    [Fact]
    public async Task Lifetime_OfTheAlias_CountsFromTheCloudsClock()
    {
        _world.Iot.Registry.RoleAliases.Update("device-agent", null, 900);

        Assert.Equal(WholeSeconds(TimeSpan.FromSeconds(900)), Session(await _world.AskAsync()).Expiration);
    }

    [Fact]
    public async Task Lifetime_Overridden_GoesBeforeTheAlias()
    {
        await using var world = await StartAsync(new CredentialsProviderOptions { CredentialLifetime = TimeSpan.FromSeconds(3) });
        var answer = await world.AskAsync();

        var expected = DateTimeOffset.FromUnixTimeSeconds(world.Iot.Time.GetUtcNow().AddSeconds(3).ToUnixTimeSeconds());
        Assert.Equal(expected, DateTimeOffset.Parse((string)answer.Json["credentials"]!["expiration"]!));
    }

    [Fact]
    public async Task Fault_StatusWithCount_ClearsItself()
    {
        Fault(new CredentialsFault { Status = 500, Count = 1, RetryAfterSeconds = 7 });

        var broken = await _world.AskAsync();
        Assert.Equal((500, "InternalFailureException", "7"), (broken.Status, broken.ErrorType, broken.Headers["Retry-After"]));
        Assert.NotEmpty(broken.Message!);
        Assert.Equal(200, (await _world.AskAsync()).Status);
    }

    [Fact]
    public async Task Fault_OwnWords_AreSaid()
    {
        Fault(new CredentialsFault { Status = 418, Message = "short and stout", ErrorType = "TeapotException" });

        var answer = await _world.AskAsync();
        Assert.Equal((418, "TeapotException", "short and stout"), (answer.Status, answer.ErrorType, answer.Message));
        Assert.False(answer.Headers.ContainsKey("Retry-After"));
    }

    [Fact]
    public async Task Fault_Delay_HoldsTheAnswerBack()
    {
        Fault(new CredentialsFault { DelayMilliseconds = 5000 });

        var asked = _world.AskAsync();
        await _world.Iot.Time.WaitForTimersAsync(1);
        _world.Iot.Time.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal(TimeSpan.FromSeconds(1), _world.Iot.Time.NextTimer);
        Assert.False(asked.IsCompleted);
        _world.Iot.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(200, (await asked).Status);
    }

    [Fact]
    public async Task Fault_Reset_GivesNoAnswer()
    {
        Fault(new CredentialsFault { Reset = true });

        await Assert.ThrowsAsync<HttpRequestException>(() => _world.AskAsync());
    }

    [Fact]
    public async Task Fault_Bodies_AreMalformedOversizeOrExpired()
    {
        Fault(new CredentialsFault { Body = CredentialsBody.Malformed });
        var malformed = await _world.AskAsync();
        Assert.Equal(200, malformed.Status);
        Assert.ThrowsAny<JsonException>(() => malformed.Json);

        Fault(new CredentialsFault { Body = CredentialsBody.Oversize });
        var oversize = await _world.AskAsync();
        Assert.True(oversize.Body.Length > CredentialsJson.ClientLimit);
        Assert.NotNull(Session(oversize));

        Fault(new CredentialsFault { Body = CredentialsBody.Expired });
        Assert.True(Session(await _world.AskAsync()).Expiration < _world.Iot.Time.GetUtcNow());
    }

    private Testbed.Signing.RoleSession Session(Answer answer) => _world.Tokens.Open((string)answer.Json["credentials"]!["sessionToken"]!)!.Session;

    private DateTimeOffset WholeSeconds(TimeSpan ahead) => DateTimeOffset.FromUnixTimeSeconds((_world.Iot.Time.GetUtcNow() + ahead).ToUnixTimeSeconds());

    private void Fault(CredentialsFault fault) => _world.Faults.Update(settings => settings with { Credentials = fault });
}
