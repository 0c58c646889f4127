using System.Net.Security;
using System.Text;
using DeviceAgent.Testbed.Broker.Codec;
using DeviceAgent.Testbed.IotData;
using DeviceAgent.Testbed.Tests.Broker;

namespace DeviceAgent.Testbed.Tests.IotData;

public sealed class IotDataApiTests : IAsyncLifetime
{
    private IotDataHost _host = null!;

    public async Task InitializeAsync() => _host = await IotDataHost.StartAsync();

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Theory]
    [InlineData("iotdata")]
    [InlineData("iotdevicegateway")]
    [InlineData("iot-jobs-data")]
    public async Task Publish_ByTheOperator_ReachesASubscriber(string service)
    {
        var client = await _host.World.ConnectAsync("a");
        await client.SubscribeAsync(new TopicFilter("a/b"));

        var answer = await _host.SignedAsync(
            "POST", "/topics/a%2Fb?qos=1&contentType=text%2Fplain&messageExpiry=60&responseTopic=r", "hello", service, keys: null,
            ("x-amz-mqtt5-correlation-data", "AQI="), ("x-amz-mqtt5-payload-format-indicator", "UTF8_DATA"),
            ("x-amz-mqtt5-user-properties", Convert.ToBase64String("""[{"k":"1"},{"k":"2"}]"""u8)));

        Assert.Equal(200, answer.Status);
        var message = await client.MessageAsync();
        var properties = message.Properties!;
        Assert.Equal(("a/b", "hello", QualityOfService.AtLeastOnce), (message.Topic, RawClient.TextOf(message), message.QualityOfService));
        Assert.Equal(("text/plain", 60u, "r", true), (properties.ContentType, properties.MessageExpiryInterval!.Value, properties.ResponseTopic, properties.PayloadFormatIndicator!.Value));
        Assert.Equal([1, 2], properties.CorrelationData!.Value.ToArray());
        Assert.Equal([new("k", "1"), new("k", "2")], properties.UserProperties);
    }

    [Theory]
    [InlineData("/topics/a%2F%23")]
    [InlineData("/topics/a%2Fb%2Fc%2Fd%2Fe%2Ff%2Fg%2Fh%2Fi")]
    [InlineData("/topics/a?qos=2")]
    [InlineData("/topics/a?messageExpiry=-1")]
    [InlineData("/topics/a?responseTopic=%2B")]
    [InlineData("/topics/%24aws%2Fthings%2Fx%2Funknown")]
    public async Task Publish_NotAsItShouldBe_IsAnInvalidRequest(string target)
    {
        var answer = await _host.SignedAsync("POST", target, "x");

        Assert.Equal((400, "InvalidRequestException"), (answer.Status, answer.ErrorType));
    }

    [Theory]
    [InlineData("x-amz-mqtt5-user-properties", "e30=")]
    [InlineData("x-amz-mqtt5-user-properties", "WzFd")]
    [InlineData("x-amz-mqtt5-user-properties", "W3siayI6MX1d")]
    [InlineData("x-amz-mqtt5-user-properties", "bm9uZQ==")]
    [InlineData("x-amz-mqtt5-correlation-data", "?")]
    public async Task Publish_HeaderThatIsNone_IsAnInvalidRequest(string name, string value)
    {
        var answer = await _host.SignedAsync("POST", "/topics/a", "x", more: (name, value));

        Assert.Equal((400, "InvalidRequestException"), (answer.Status, answer.ErrorType));
    }

    [Fact]
    public async Task Publish_TooLarge_IsRefused()
    {
        var answer = await _host.SignedAsync("POST", "/topics/a", new string('x', (128 * 1024) + 1));

        Assert.Equal((413, "RequestEntityTooLargeException"), (answer.Status, answer.ErrorType));
    }

    [Fact]
    public async Task Retained_PublishedOverHttp_IsListedAndRead()
    {
        foreach (var topic in new[] { "a%2F1", "a%2F2", "b" }) Assert.Equal(200, (await _host.SignedAsync("POST", $"/topics/{topic}?qos=1&retain=true", "kept")).Status);

        var one = await _host.SignedAsync("GET", "/retainedMessage/a%2F1");
        var first = await _host.SignedAsync("GET", "/retainedMessage?maxResults=2");
        var second = await _host.SignedAsync("GET", $"/retainedMessage?nextToken={Uri.EscapeDataString((string)first.Body["nextToken"]!)}");
        var none = await _host.SignedAsync("GET", "/retainedMessage/c");

        Assert.Equal(("a/1", 1, "kept"), ((string)one.Body["topic"]!, (int)one.Body["qos"]!, Encoding.UTF8.GetString(Convert.FromBase64String((string)one.Body["payload"]!))));
        Assert.Equal(["a/1", "a/2"], first.Body["retainedTopics"]!.AsArray().Select(t => (string)t!["topic"]!));
        Assert.Equal(4, (int)second.Body["retainedTopics"]!.AsArray().Single()!["payloadSize"]!);
        Assert.Equal((404, "ResourceNotFoundException"), (none.Status, none.ErrorType));
    }

    [Fact]
    public async Task DeleteConnection_Connected_EndsIt()
    {
        var client = await _host.World.ConnectAsync("boiler-07");

        Assert.Equal(200, (await _host.SignedAsync("DELETE", "/connections/boiler-07?cleanSession=true&preventWillMessage=true")).Status);

        Assert.Equal(ReasonCode.AdministrativeAction, await client.EndAsync());
        Assert.Equal("API_INITIATED_DISCONNECT", _host.World.Broker.Presence.Find("boiler-07")!.LastDisconnectReason);
        Assert.Equal(404, (await _host.SignedAsync("DELETE", "/connections/boiler-07")).Status);
    }

    [Fact]
    public async Task Role_MayWhatItsPoliciesAllow()
    {
        const string Trust = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"credentials.iot.amazonaws.com"},"Action":"sts:AssumeRole"}]}""";
        _host.World.Iot.Iam.Roles.Create("publisher", Trust, maxSessionDuration: 3600);
        _host.World.Iot.Iam.Roles.PutInlinePolicy("publisher", "p", BrokerWorld.Policy(BrokerWorld.Statement("topic/mine/*", "Publish")));
        var keys = _host.RoleKeys("publisher");

        Assert.Equal(200, (await _host.SignedAsync("POST", "/topics/mine%2F1", "x", keys: keys)).Status);
        var refused = await _host.SignedAsync("POST", "/topics/yours%2F1", "x", keys: keys);
        Assert.Equal((403, "ForbiddenException"), (refused.Status, refused.ErrorType));
        Assert.Equal(403, (await _host.SignedAsync("POST", "/topics/mine%2F1?retain=true", "x", keys: keys)).Status);
    }

    [Fact]
    public async Task Unsigned_IsRefused() => Assert.Equal(403, (await _host.SignedAsync("POST", "/topics/a", "x", service: "s3")).Status);

    [Fact]
    public async Task UnknownOperation_IsNotFound() => Assert.Equal((404, "UnknownOperationException"), await _host.SignedAsync("GET", "/nothing") is var a ? (a.Status, a.ErrorType) : default);

    [Fact]
    public async Task Device_WithItsCertificate_MayWhatItsPoliciesAllow()
    {
        _host.World.Iot.Registry.Policies.Create("mine", BrokerWorld.Policy(BrokerWorld.Statement("topic/mine/*", "Publish")));
        Assert.Equal((403, "ForbiddenException"), await _host.DeviceAsync("POST", "/topics/mine%2F1", "x") is var before ? (before.Status, before.ErrorType) : default);
        _host.World.Iot.Registry.PolicyTargets.Attach("mine", _host.CertificateId);

        Assert.Equal(200, (await _host.DeviceAsync("POST", "/topics/mine%2F1", "x")).Status);
        Assert.Equal(200, (await _host.DeviceAsync("POST", "/topics/mine%2F1", "x", DeviceListener.Http)).Status);
        Assert.Equal(403, (await _host.DeviceAsync("POST", "/topics/yours%2F1", "x")).Status);
        _host.World.Iot.Registry.Certificates.Update(_host.CertificateId, "INACTIVE");
        Assert.Equal(403, (await _host.DeviceAsync("POST", "/topics/mine%2F1", "x")).Status);
    }

    public static TheoryData<string?> Protocols => [null, "x-amzn-mqtt-ca"];

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task Device_Mqtt_IsToldFromHttp(string? protocol)
    {
        await using var channel = await ConnectAsync(protocol);

        await channel.WriteAsync(BrokerWorld.Hello("thermostat-01", ProtocolVersion.V311), CancellationToken.None);

        Assert.Equal(ReasonCode.Success, Assert.IsType<ConnAckPacket>(await channel.ReadAsync(CancellationToken.None)).ReasonCode);
        Assert.Equal((_host.CertificateId, "127.0.0.1"), _host.World.Broker.Presence.Find("thermostat-01") is { } status ? (status.CertificateId, status.Address) : default);
    }

    [Fact]
    public Task Device_CustomAuthorizersAlpn_IsRefused() => Assert.ThrowsAnyAsync<Exception>(() => ConnectAsync("mqtt"));

    private async Task<PacketChannel> ConnectAsync(string? protocol)
    {
        var tcp = new System.Net.Sockets.TcpClient();
        await tcp.ConnectAsync("127.0.0.1", _host.DevicePort);
        var tls = new SslStream(tcp.GetStream(), leaveInnerStreamOpen: false, (_, certificate, _, _) => certificate is not null);
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            ClientCertificates = [_host.Device],
            ApplicationProtocols = protocol is null ? null : [new SslApplicationProtocol(protocol)],
        });
        return new PacketChannel(tls, 1024);
    }
}
