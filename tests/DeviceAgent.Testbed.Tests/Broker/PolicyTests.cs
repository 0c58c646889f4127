using DeviceAgent.Testbed.Broker.Codec;
using DeviceAgent.Testbed.Registry;
using static DeviceAgent.Testbed.Tests.Broker.BrokerWorld;

namespace DeviceAgent.Testbed.Tests.Broker;

/// <summary>Who may do what. Everybody here may do something, so that what is refused is refused for its own reason.</summary>
public sealed class PolicyTests : BrokerTest
{
    [Theory]
    [InlineData(ProtocolVersion.V311, 5)]
    [InlineData(ProtocolVersion.V5, 0x87)]
    public async Task Connect_AsAnotherClient_IsRefused(ProtocolVersion version, int code)
    {
        var certificate = World.NewCertificate(Policy(Statement("client/mine", "Connect")));
        await World.ConnectAsync("mine", version, certificate);

        var answer = await World.Open(certificate).ConnectAsync(Hello("yours", version));

        Assert.Equal(code, version == ProtocolVersion.V5 ? (int)answer.ReasonCode : answer.ReturnCode!.Value);
    }

    [Theory]
    [InlineData("INACTIVE")]
    [InlineData("REVOKED")]
    public async Task Connect_CertificateNotActive_IsRefused(string status)
    {
        World.Iot.Registry.Certificates.Update(World.CertificateId, status);

        Assert.Equal(ReasonCode.NotAuthorized, (await World.Open().ConnectAsync(Hello("a"))).ReasonCode);
    }

    [Fact]
    public async Task Connect_PolicyThatDeniesPersistentSessions_IsRefusedOnlyForThose()
    {
        var certificate = World.NewCertificate(Policy(
            Statement("client/*", "Connect"),
            """{"Effect":"Deny","Action":"iot:Connect","Resource":"*","Condition":{"ForAnyValue:StringEquals":{"iot:ConnectAttributes":"PersistentConnect"}}}"""));

        await World.ConnectAsync("a", certificateId: certificate);
        Assert.Equal(ReasonCode.NotAuthorized, (await World.Open(certificate).ConnectAsync(Persistent("b"))).ReasonCode);
    }

    [Fact]
    public async Task Publish_NotAllowed_V5Qos1IsToldInThePubAck()
    {
        var certificate = World.NewCertificate(Policy(Statement("client/*", "Connect"), Statement("topic/mine/*", "Publish")));
        var client = await World.ConnectAsync("a", certificateId: certificate);

        Assert.Equal(ReasonCode.NotAuthorized, await client.PublishAsync("yours/1"));
        Assert.Equal(ReasonCode.Success, await client.PublishAsync("mine/1"));
    }

    [Theory]
    [InlineData(ProtocolVersion.V311, QualityOfService.AtLeastOnce)]
    [InlineData(ProtocolVersion.V311, QualityOfService.AtMostOnce)]
    [InlineData(ProtocolVersion.V5, QualityOfService.AtMostOnce)]
    public async Task Publish_NotAllowed_OtherwiseTheConnectionEnds(ProtocolVersion version, QualityOfService qos)
    {
        var certificate = World.NewCertificate(Policy(Statement("client/*", "Connect")));
        var client = await World.ConnectAsync("a", version, certificate);
        await client.SendAsync(client.Message("yours/1") with { QualityOfService = qos, PacketId = (ushort)qos });

        Assert.Equal(version == ProtocolVersion.V5 ? ReasonCode.NotAuthorized : null, await client.EndAsync());
        Assert.Equal("AUTH_ERROR", World.Broker.Presence.Find("a")!.LastDisconnectReason);
    }

    [Fact]
    public async Task Publish_RetainedWithoutItsPermission_IsRefused()
    {
        var certificate = World.NewCertificate(Policy(Statement("client/*", "Connect"), Statement("topic/*", "Publish"), Statement("topic/kept", "RetainPublish")));
        var client = await World.ConnectAsync("a", certificateId: certificate);

        Assert.Equal(ReasonCode.NotAuthorized, await client.PublishAsync("a", retain: true));
        Assert.Equal(ReasonCode.Success, await client.PublishAsync("kept", retain: true));
    }

    [Theory]
    [InlineData(ProtocolVersion.V311, ReasonCode.UnspecifiedError)]
    [InlineData(ProtocolVersion.V5, ReasonCode.NotAuthorized)]
    public async Task Subscribe_FilterNotAllowed_IsRefusedForThatFilterOnly(ProtocolVersion version, ReasonCode refusal)
    {
        var certificate = World.NewCertificate(Policy(Statement("client/*", "Connect"), Statement("topicfilter/mine/+", "Subscribe")));
        var client = await World.ConnectAsync("a", version, certificate);

        // The wildcard of MQTT is a plain character to the policy, so that only this very filter is allowed.
        Assert.Equal([ReasonCode.GrantedQos1, refusal, refusal], await client.SubscribeAsync(new("mine/+"), new("mine/1"), new("#")));
    }

    [Fact]
    public async Task Receive_NotAllowed_TheMessageIsNotDelivered()
    {
        var certificate = World.NewCertificate(Policy(Statement("client/*", "Connect"), Statement("topicfilter/#", "Subscribe"), Statement("topic/open/*", "Receive")));
        var client = await World.ConnectAsync("a", certificateId: certificate);
        await client.SubscribeAsync(new TopicFilter("#"));

        World.Broker.Publish("secret/1", default);
        World.Broker.Publish("open/1", default);

        Assert.Equal("open/1", (await client.MessageAsync()).Topic);
    }

    [Fact]
    public async Task DefaultPolicy_OfTheAgent_AllowsItsOwnThingAndNothingElse()
    {
        var provisioned = Provision("thermostat-01");
        Provision("thermostat-02");
        Assert.Equal(ReasonCode.NotAuthorized, (await World.Open(provisioned).ConnectAsync(Hello("thermostat-02"))).ReasonCode);
        var client = await World.ConnectAsync("thermostat-01", certificateId: provisioned);
        const string Own = "$aws/things/thermostat-01";

        var allowed = await client.SubscribeAsync(
            new($"{Own}/shadow/name/device-agent/update/delta"), new($"{Own}/jobs/notify-next"), new($"{Own}/jobs/+/get/accepted"),
            new("$aws/certificates/create-from-csr/json/accepted"), new("$aws/provisioning-templates/device-agent/provision/json/rejected"));
        var refused = await client.SubscribeAsync(
            new($"{Own}/shadow/get/accepted"), new("$aws/things/thermostat-02/jobs/notify"), new("$aws/things/+/jobs/notify"), new("#"),
            new("$aws/events/presence/#"), new("$aws/provisioning-templates/other/provision/json/accepted"));

        Assert.All(allowed, code => Assert.Equal(ReasonCode.GrantedQos1, code));
        Assert.All(refused, code => Assert.Equal(ReasonCode.NotAuthorized, code));
        Assert.Equal(ReasonCode.NotAuthorized, await client.PublishAsync("$aws/things/thermostat-02/jobs/get"));
        Assert.Equal(ReasonCode.NotAuthorized, await client.PublishAsync("telemetry"));
        World.Broker.Publish($"{Own}/jobs/notify-next", default);
        Assert.Equal($"{Own}/jobs/notify-next", (await client.MessageAsync()).Topic);
    }

    public static TheoryData<string> Changes => ["INACTIVE", "REVOKED", "policy detached", "thing detached", "policy changed"];

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task Connected_NoLongerAllowed_IsCut(string change)
    {
        var id = Provision("thermostat-01");
        var registry = World.Iot.Registry;
        var client = await World.ConnectAsync("thermostat-01", certificateId: id);
        var other = await World.ConnectAsync("other");

        switch (change)
        {
            case "policy detached": registry.PolicyTargets.Detach(RegistrySeed.MqttPolicyName, id); break;
            case "thing detached": registry.Principals.Detach("thermostat-01", id); break;
            case "policy changed": registry.Policies.CreateVersion(RegistrySeed.MqttPolicyName, Policy(Statement("client/x", "Connect")), setAsDefault: true); break;
            default: registry.Certificates.Update(id, change); break;
        }

        Assert.Equal(ReasonCode.NotAuthorized, await client.EndAsync());
        Assert.Equal("FORBIDDEN_ACCESS", World.Broker.Presence.Find("thermostat-01")!.LastDisconnectReason);
        await other.QuietAsync();
    }

    private string Provision(string thing)
    {
        var seed = new RegistrySeed(World.Iot.Registry, World.Iot.Iam, World.Iot.Authority);
        seed.EnsureDefaults();
        return seed.ProvisionThing(thing, Path.Combine(World.Iot.Folder, thing)).CertificateId;
    }
}
