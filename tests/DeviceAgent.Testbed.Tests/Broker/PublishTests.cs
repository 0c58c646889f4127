using DeviceAgent.Testbed.Broker;
using DeviceAgent.Testbed.Broker.Codec;

namespace DeviceAgent.Testbed.Tests.Broker;

public sealed class PublishTests : BrokerTest
{
    [Theory]
    [InlineData(ProtocolVersion.V311, ProtocolVersion.V5)]
    [InlineData(ProtocolVersion.V5, ProtocolVersion.V311)]
    public async Task Publish_FromOneVersionToTheOther_Arrives(ProtocolVersion from, ProtocolVersion to)
    {
        var receiver = await World.ConnectAsync("receiver", to);
        await receiver.SubscribeAsync(new TopicFilter("a/+"));
        var sender = await World.ConnectAsync("sender", from);

        Assert.Equal(ReasonCode.Success, await sender.PublishAsync("a/b", "hello"));

        var message = await receiver.MessageAsync();
        Assert.Equal(("a/b", "hello", false, false), (message.Topic, RawClient.TextOf(message), message.Retain, message.Duplicate));
    }

    [Theory]
    [InlineData(QualityOfService.AtMostOnce, QualityOfService.AtLeastOnce, QualityOfService.AtMostOnce)]
    [InlineData(QualityOfService.AtLeastOnce, QualityOfService.AtMostOnce, QualityOfService.AtMostOnce)]
    [InlineData(QualityOfService.AtLeastOnce, QualityOfService.AtLeastOnce, QualityOfService.AtLeastOnce)]
    public async Task Publish_TheLowerQosCounts(QualityOfService sent, QualityOfService subscribed, QualityOfService received)
    {
        var client = await World.ConnectAsync("a");
        await client.SubscribeAsync(new TopicFilter("t", subscribed));
        var other = await World.ConnectAsync("b");

        await other.SendAsync(other.Message("t") with { QualityOfService = sent, PacketId = (ushort)sent });

        Assert.Equal(received, (await client.MessageAsync()).QualityOfService);
    }

    [Fact]
    public async Task Publish_OverlappingSubscriptions_ArrivesOnceWithTheHighestQos()
    {
        var client = await World.ConnectAsync("a");
        await client.SubscribeAsync(new("t", QualityOfService.AtMostOnce), new("+", QualityOfService.AtLeastOnce), new("#", QualityOfService.AtMostOnce));

        World.Broker.Publish("t", default);

        Assert.Equal(QualityOfService.AtLeastOnce, (await client.MessageAsync()).QualityOfService);
        await client.QuietAsync();
    }

    [Fact]
    public async Task Publish_Properties_PassThroughAndTheExpiryRunsDown()
    {
        var receiver = await World.ConnectAsync("receiver");
        await receiver.SubscribeAsync(new TopicFilter("t"));
        var sender = await World.ConnectAsync("sender");
        await sender.PublishAsync("t", properties: new MqttProperties
        {
            ContentType = "application/json",
            ResponseTopic = "answers",
            CorrelationData = new byte[] { 1, 2 },
            PayloadFormatIndicator = true,
            MessageExpiryInterval = 60,
            UserProperties = [new("a", "1"), new("a", "2")],
        });

        var got = (await receiver.MessageAsync()).Properties!;

        Assert.Equal(("application/json", "answers", true, 60u), (got.ContentType, got.ResponseTopic, got.PayloadFormatIndicator!.Value, got.MessageExpiryInterval!.Value));
        Assert.Equal([1, 2], got.CorrelationData!.Value.ToArray());
        Assert.Equal([new("a", "1"), new("a", "2")], got.UserProperties);
    }

    public static TheoryData<string, int> Misuses => new()
    {
        { "qos 2", 0x9B }, { "alias", 0x94 }, { "payload", 0x95 }, { "packet", 0x95 }, { "a/b/c/d/e/f/g/h/i", 0x90 }, { new string('t', 257), 0x90 },
        { "$aws/things/x/unknown", 0x90 }, { "$SYS/x", 0x90 }, { "pubrec", 0x82 }, { "auth", 0x82 }, { "suback", 0x82 },
    };

    [Theory]
    [MemberData(nameof(Misuses))]
    public async Task Publish_NotAsAwsTakesIt_EndsTheConnection(string what, int reason)
    {
        var client = await World.ConnectAsync("a");
        MqttPacket packet = what switch
        {
            "qos 2" => client.Message("t") with { QualityOfService = QualityOfService.ExactlyOnce },
            "alias" => client.Message("t", properties: new MqttProperties { TopicAlias = 1 }),
            "payload" => client.Message("t") with { Payload = new byte[(128 * 1024) + 1] },
            "packet" => client.Message("t") with { Payload = new byte[149_504] },
            "pubrec" => new PubRecPacket { PacketId = 1 },
            "auth" => new AuthPacket(),
            "suback" => new SubAckPacket { PacketId = 1, ReasonCodes = [ReasonCode.Success] },
            _ => client.Message(what),
        };

        await client.SendAsync(packet);

        Assert.Equal((ReasonCode)reason, await client.EndAsync());
        Assert.Equal("CLIENT_ERROR", World.Broker.Presence.Find("a")!.LastDisconnectReason);
    }

    [Fact]
    public async Task Publish_LargestPayload_IsTaken()
    {
        var client = await World.ConnectAsync("a");

        Assert.Equal(ReasonCode.Success, await client.PublishAsync("t", new string('x', 128 * 1024)));
    }

    [Fact]
    public async Task Publish_FasterThanTheQuota_IsDiscarded()
    {
        await using var world = new BrokerWorld(new BrokerLimits { PublishesPerSecond = 2 });
        var client = await world.ConnectAsync("a");

        Assert.Equal(
            [ReasonCode.Success, ReasonCode.Success, ReasonCode.QuotaExceeded],
            [await client.PublishAsync("t"), await client.PublishAsync("t"), await client.PublishAsync("t")]);
        world.Pause();
        Assert.Equal(ReasonCode.Success, await client.PublishAsync("t"));
    }

    [Fact]
    public async Task Publish_ReservedTopic_GoesToItsServiceAndTheAnswerToTheSenderOnly()
    {
        var service = new EchoService();
        World.Broker.Serve(service);
        var watcher = await World.ConnectAsync("watcher");
        await watcher.SubscribeAsync(new TopicFilter("$aws/things/#"));
        var client = await World.ConnectAsync("thing");

        await client.SendAsync(client.Message("$aws/things/thing/echo", "hello"));

        // The answer may come before the acknowledgement: the service is asked first.
        var answer = await client.ReadAsync<PublishPacket>();
        await client.ReadAsync<PubAckPacket>();
        Assert.Equal(("$aws/things/thing/echo/accepted", "hello"), (answer.Topic, RawClient.TextOf(answer)));
        Assert.Equal(("thing", World.CertificateId), (service.Last!.ClientId, service.Last.CertificateId));
        await watcher.QuietAsync();
    }

    [Fact]
    public async Task Service_ThatFails_EndsTheConnectionNotTheBroker()
    {
        World.Broker.Serve(new EchoService { Fails = true });
        var client = await World.ConnectAsync("a");
        await client.SendAsync(client.Message("$aws/things/a/echo"));

        Assert.Equal(ReasonCode.UnspecifiedError, await client.EndAsync());
        Assert.Equal("SERVER_ERROR", World.Broker.Presence.Find("a")!.LastDisconnectReason);
        await World.ConnectAsync("b");
    }

    [Fact]
    public async Task Receive_PacketLargerThanTheClientTakes_IsLeftOut()
    {
        var (client, _) = await World.ConnectAsync(BrokerWorld.Hello("a") with { Properties = new MqttProperties { MaximumPacketSize = 100, ReceiveMaximum = 1 } });
        await client.SubscribeAsync(new TopicFilter("t"));

        World.Broker.Publish("t", new byte[200]);
        World.Broker.Publish("t", new byte[20]);

        Assert.Equal(20, (await client.MessageAsync()).Payload.Length);
    }

    private sealed class EchoService : ITopicService
    {
        public bool Fails { get; init; }

        public TopicRequest? Last { get; private set; }

        public bool TryHandle(TopicRequest request)
        {
            if (!request.Topic.EndsWith("/echo", StringComparison.Ordinal)) return false;
            if (Fails) throw new InvalidOperationException("A fault of the service.");
            Last = request;
            request.Reply($"{request.Topic}/accepted", request.Payload);
            return true;
        }
    }
}
