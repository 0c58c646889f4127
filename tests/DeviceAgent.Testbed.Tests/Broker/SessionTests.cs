using DeviceAgent.Testbed.Broker;
using DeviceAgent.Testbed.Broker.Codec;
using static DeviceAgent.Testbed.Tests.Broker.BrokerWorld;

namespace DeviceAgent.Testbed.Tests.Broker;

public sealed class SessionTests : BrokerTest
{
    [Theory]
    [InlineData(ProtocolVersion.V311)]
    [InlineData(ProtocolVersion.V5)]
    public async Task Session_Persistent_KeepsSubscriptionsAndQos1Messages(ProtocolVersion version)
    {
        var (client, _) = await World.ConnectAsync(Persistent("a", version));
        await client.SubscribeAsync(new TopicFilter("t"));
        await client.DisconnectAsync();
        World.Broker.Publish("t", "while away"u8.ToArray());
        World.Pause();

        var (again, answer) = await World.ConnectAsync(Persistent("a", version));

        Assert.True(answer.SessionPresent);
        Assert.Equal("while away", RawClient.TextOf(await again.MessageAsync()));
        World.Broker.Publish("t", "now"u8.ToArray());
        Assert.Equal("now", RawClient.TextOf(await again.MessageAsync()));
    }

    [Theory]
    [InlineData(ProtocolVersion.V311)]
    [InlineData(ProtocolVersion.V5)]
    public async Task Session_Clean_IsForgotten(ProtocolVersion version)
    {
        var (client, _) = await World.ConnectAsync(Persistent("a", version));
        await client.SubscribeAsync(new TopicFilter("t"));
        await client.DisconnectAsync();
        World.Pause();

        var (again, answer) = await World.ConnectAsync(Hello("a", version));

        Assert.False(answer.SessionPresent);
        World.Broker.Publish("t", default);
        await again.QuietAsync();
        await again.DisconnectAsync();
        World.Pause();
        Assert.False((await World.ConnectAsync(Persistent("a", version))).Answer.SessionPresent);
    }

    [Theory]
    [InlineData(599, true)]
    [InlineData(601, false)]
    public async Task Session_Expiry_CountsFromTheDisconnect(int seconds, bool present)
    {
        var (client, _) = await World.ConnectAsync(Persistent("a"));
        for (var i = 0; i < 20; i++)
        {
            World.Time.Advance(TimeSpan.FromSeconds(60));
            await client.QuietAsync();
        }

        await client.DisconnectAsync();
        World.Time.Advance(TimeSpan.FromSeconds(seconds));

        Assert.Equal(present, (await World.ConnectAsync(Persistent("a"))).Answer.SessionPresent);
    }

    [Fact]
    public async Task Disconnect_NewExpiry_IsTaken()
    {
        var (client, _) = await World.ConnectAsync(Persistent("a"));
        await client.DisconnectAsync(properties: new MqttProperties { SessionExpiryInterval = 0 });
        World.Pause();

        Assert.False((await World.ConnectAsync(Persistent("a"))).Answer.SessionPresent);
    }

    [Fact]
    public async Task Disconnect_ExpiryForASessionThatHadNone_IsAProtocolError()
    {
        var client = await World.ConnectAsync("a");
        await client.SendAsync(new DisconnectPacket { Properties = new MqttProperties { SessionExpiryInterval = 60 } });

        Assert.Equal(ReasonCode.ProtocolError, await client.EndAsync());
    }

    [Fact]
    public async Task Unacknowledged_IsSentAgainInOrderWithItsIdAndDup()
    {
        var (client, _) = await World.ConnectAsync(Persistent("a"));
        await client.SubscribeAsync(new TopicFilter("t/#"));
        for (var i = 0; i < 3; i++) World.Broker.Publish($"t/{i}", default);
        var first = await client.ReadAsync<PublishPacket>();
        var second = await client.ReadAsync<PublishPacket>();
        await client.SendAsync(new PubAckPacket { PacketId = first.PacketId });
        await client.DisconnectAsync();
        World.Broker.Publish("t/3", default);
        World.Pause();

        var (again, _) = await World.ConnectAsync(Persistent("a"));

        var repeated = await again.MessageAsync();
        Assert.Equal((second.Topic, second.PacketId, true), (repeated.Topic, repeated.PacketId, repeated.Duplicate));
        Assert.Equal(("t/2", true), await again.MessageAsync() is var third ? (third.Topic, third.Duplicate) : default);
        Assert.Equal(("t/3", false), await again.MessageAsync() is var fourth ? (fourth.Topic, fourth.Duplicate) : default);
    }

    [Fact]
    public async Task TakenOver_Persistent_TheSecondGoesOnWithTheSession()
    {
        var (first, _) = await World.ConnectAsync(Persistent("a"));
        await first.SubscribeAsync(new TopicFilter("t"));
        World.Broker.Publish("t", default);
        await first.ReadAsync<PublishPacket>();
        World.Pause();

        var (second, answer) = await World.ConnectAsync(Persistent("a"));

        Assert.True(answer.SessionPresent);
        Assert.True((await second.MessageAsync()).Duplicate);
        Assert.Equal(ReasonCode.SessionTakenOver, await first.EndAsync());
        World.Broker.Publish("t", default);
        Assert.Equal("t", (await second.MessageAsync()).Topic);
    }

    [Fact]
    public async Task ReceiveMaximum_OfTheClient_IsNotExceeded()
    {
        var (client, _) = await World.ConnectAsync(Hello("a") with { Properties = new MqttProperties { ReceiveMaximum = 2 } });
        await client.SubscribeAsync(new TopicFilter("t/#"));
        for (var i = 0; i < 4; i++) World.Broker.Publish($"t/{i}", default);

        var first = await client.ReadAsync<PublishPacket>();
        await client.ReadAsync<PublishPacket>();
        await client.QuietAsync();
        await client.SendAsync(new PubAckPacket { PacketId = first.PacketId });

        Assert.Equal("t/2", (await client.ReadAsync<PublishPacket>()).Topic);
        await client.QuietAsync();
    }

    [Fact]
    public async Task Stored_MoreThanMayBe_TheNewestAreDropped()
    {
        await using var world = new BrokerWorld(new BrokerLimits { StoredMessages = 3 });
        var (client, _) = await world.ConnectAsync(Persistent("a"));
        await client.SubscribeAsync(new TopicFilter("t/#"));
        await client.DisconnectAsync();
        for (var i = 0; i < 5; i++) world.Broker.Publish($"t/{i}", default);
        world.Pause();

        var (again, _) = await world.ConnectAsync(Persistent("a"));

        for (var i = 0; i < 3; i++) Assert.Equal($"t/{i}", (await again.MessageAsync()).Topic);
        await again.QuietAsync();
    }

    [Fact]
    public async Task Stored_Expired_IsNotSent()
    {
        var (client, _) = await World.ConnectAsync(Persistent("a"));
        await client.SubscribeAsync(new TopicFilter("t"));
        await client.DisconnectAsync();
        var sender = await World.ConnectAsync("sender");
        await sender.PublishAsync("t", "short", properties: new MqttProperties { MessageExpiryInterval = 10 });
        await sender.PublishAsync("t", "long", properties: new MqttProperties { MessageExpiryInterval = 100 });
        World.Time.Advance(TimeSpan.FromSeconds(30));

        var (again, _) = await World.ConnectAsync(Persistent("a"));

        var message = await again.MessageAsync();
        Assert.Equal(("long", 70u), (RawClient.TextOf(message), message.Properties!.MessageExpiryInterval!.Value));
    }

    [Fact]
    public async Task NotAcknowledging_IsCutWhenItsStoreIsFull()
    {
        await using var world = new BrokerWorld(new BrokerLimits { StoredMessages = 3 });
        var (client, _) = await world.ConnectAsync(Hello("a") with { Properties = new MqttProperties { ReceiveMaximum = 1 } });
        await client.SubscribeAsync(new TopicFilter("t"));
        for (var i = 0; i < 5; i++) world.Broker.Publish("t", default);

        await client.ReadAsync<PublishPacket>();
        Assert.Equal(ReasonCode.QuotaExceeded, await client.EndAsync());
        Assert.Equal("THROTTLED", world.Broker.Presence.Find("a")!.LastDisconnectReason);
    }

    [Fact]
    public async Task NotReading_IsCutAndTheRestGoesOn()
    {
        await using var world = new BrokerWorld(new BrokerLimits { OutgoingBytes = 64 * 1024 });
        var slow = world.Open(downstreamBytes: 4096);
        await slow.ConnectAsync(Hello("slow"));
        await slow.SubscribeAsync(new TopicFilter("t", QualityOfService.AtMostOnce));

        for (var i = 0; i < 100; i++) world.Broker.Publish("t", new byte[4096]);

        // What it owes cannot be written: it is given up after the time for a goodbye, and the connection torn down.
        await world.Time.WaitForTimersAsync(3);
        world.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.False(await slow.Served.WaitAsync(TimeSpan.FromSeconds(20)));
        Assert.Equal("THROTTLED", world.Broker.Presence.Find("slow")!.LastDisconnectReason);
        await (await world.ConnectAsync("b")).QuietAsync();
    }
}
