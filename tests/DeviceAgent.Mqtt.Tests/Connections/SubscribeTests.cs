using DeviceAgent.Testbed.Broker.Codec;
using DeviceAgent.Mqtt.Tests.Support;

namespace DeviceAgent.Mqtt.Tests.Connections;

public class SubscribeTests
{
    [Theory]
    [InlineData(MqttProtocolVersion.V311, MqttReasonCode.UnspecifiedError)]
    [InlineData(MqttProtocolVersion.V5, MqttReasonCode.NotAuthorized)]
    public async Task SubscribeAsync_OneFilterRefused_IsToldForThatFilter(MqttProtocolVersion version, MqttReasonCode code)
    {
        await using var it = new ClientFixture(ClientFixture.Options(version));
        var connection = await it.ConnectAsync();
        var subscribing = it.Client.SubscribeAsync([new("good"), new("bad")]);
        var sent = await connection.ReceiveAsync<SubscribePacket>();
        await connection.SendAsync(new SubAckPacket { PacketId = sent.PacketId, ReasonCodes = [ReasonCode.GrantedQos1, (ReasonCode)code] });
        var result = await subscribing.Soon();
        Assert.False(result.IsSuccess);
        Assert.Equal([new("good", MqttReasonCode.GrantedQos1), new("bad", code)], result.Items);
        Assert.True(it.Client.IsConnected);
    }

    [Theory]
    [InlineData(MqttProtocolVersion.V311)]
    [InlineData(MqttProtocolVersion.V5)]
    public async Task UnsubscribeAsync_Answered_Completes(MqttProtocolVersion version)
    {
        await using var it = new ClientFixture(ClientFixture.Options(version));
        var connection = await it.ConnectAsync();
        var ending = it.Client.UnsubscribeAsync(["a"]);
        var sent = await connection.ReceiveAsync<UnsubscribePacket>();
        await connection.SendAsync(new UnsubAckPacket { PacketId = sent.PacketId, ReasonCodes = [ReasonCode.NoSubscriptionExisted] });
        Assert.True((await ending.Soon()).IsSuccess);
    }

    [Fact]
    public async Task SubscribeAsync_WrongNumberOfVerdicts_EndsTheConnection()
    {
        await using var it = new ClientFixture();
        var connection = await it.ConnectAsync();
        var subscribing = it.Client.SubscribeAsync([new("a"), new("b")]);
        var sent = await connection.ReceiveAsync<SubscribePacket>();
        await connection.SendAsync(new SubAckPacket { PacketId = sent.PacketId, ReasonCodes = [ReasonCode.GrantedQos1] });
        await Assert.ThrowsAsync<MqttProtocolException>(() => subscribing.Soon());
        Assert.Equal(MqttDisconnectReason.ProtocolError, (await it.Events.DisconnectedAsync()).Reason);
    }

    [Fact]
    public async Task SubscribeAsync_NoVerdictsIn311_EndsTheConnection()
    {
        await using var it = new ClientFixture(ClientFixture.Options(MqttProtocolVersion.V311));
        var connection = await it.ConnectAsync();
        var subscribing = it.Client.SubscribeAsync([new("a")]);
        var sent = await connection.ReceiveAsync<SubscribePacket>();
        await connection.SendRawAsync($"90 02 {sent.PacketId:X4}");
        await Assert.ThrowsAsync<MqttProtocolException>(() => subscribing.Soon());
        Assert.Equal(MqttDisconnectReason.ProtocolError, (await it.Events.DisconnectedAsync()).Reason);
        Assert.False(it.Client.IsSubscribed("a"));
    }

    [Fact]
    public async Task IsSubscribed_FromTheVerdictUntilTheSessionIsLost()
    {
        await using var it = new ClientFixture();
        var connection = await it.ConnectAsync();
        var subscribing = it.Client.SubscribeAsync([new("good"), new("bad")]);
        var sent = await connection.ReceiveAsync<SubscribePacket>();
        Assert.False(it.Client.IsSubscribed("good"));
        await connection.SendAsync(new SubAckPacket { PacketId = sent.PacketId, ReasonCodes = [ReasonCode.GrantedQos1, ReasonCode.NotAuthorized] });
        await subscribing.Soon();
        Assert.Equal((true, false), (it.Client.IsSubscribed("good"), it.Client.IsSubscribed("bad")));
        await connection.CloseAsync();
        await it.Events.DisconnectedAsync();
        connection = await it.ConnectAsync(new ConnAckPacket { SessionPresent = true });
        Assert.True(it.Client.IsSubscribed("good"));
        await connection.CloseAsync();
        await it.Events.DisconnectedAsync();
        await it.ConnectAsync();
        Assert.False(it.Client.IsSubscribed("good"));
    }

    [Fact]
    public async Task SubscribeAsync_NoAnswer_TimesOut()
    {
        await using var it = new ClientFixture();
        var connection = await it.ConnectAsync();
        var subscribing = it.Client.SubscribeAsync([new("a")]);
        await connection.ReceiveAsync<SubscribePacket>();
        await it.Time.WaitForTimersAsync(2);
        it.Time.Advance(TimeSpan.FromSeconds(30));
        await Assert.ThrowsAsync<MqttTimeoutException>(() => subscribing.Soon());
    }

    [Fact]
    public async Task SubscribeAsync_ConnectionLost_Fails()
    {
        await using var it = new ClientFixture();
        var connection = await it.ConnectAsync();
        var subscribing = it.Client.SubscribeAsync([new("a")]);
        await connection.ReceiveAsync<SubscribePacket>();
        await connection.CloseAsync();
        await Assert.ThrowsAsync<MqttNotConnectedException>(() => subscribing.Soon());
    }

    [Fact]
    public async Task SubscribeAsync_OverALimit_IsNotSent()
    {
        await using var it = new ClientFixture(ClientFixture.Options(limits: new MqttLimits { Subscriptions = 2 }));
        var connection = await it.ConnectAsync(new MqttProperties { WildcardSubscriptionAvailable = false, SharedSubscriptionAvailable = false });
        await Assert.ThrowsAsync<MqttLimitException>(() => it.Client.SubscribeAsync([.. Enumerable.Range(0, 9).Select(i => new MqttTopicFilter($"t{i}"))]));
        await Assert.ThrowsAsync<MqttLimitException>(() => it.Client.SubscribeAsync([new("1/2/3/4/5/6/7/8/9")]));
        await Assert.ThrowsAsync<MqttLimitException>(() => it.Client.SubscribeAsync([new("a/+")]));
        await Assert.ThrowsAsync<MqttLimitException>(() => it.Client.SubscribeAsync([new("$share/g/a")]));
        await Assert.ThrowsAsync<ArgumentException>(() => it.Client.SubscribeAsync([new("a#")]));
        await Assert.ThrowsAsync<ArgumentException>(() => it.Client.SubscribeAsync([]));
        var subscribing = it.Client.SubscribeAsync([new("a"), new("b")]);
        var sent = await connection.ReceiveAsync<SubscribePacket>();
        await connection.SendAsync(new SubAckPacket { PacketId = sent.PacketId, ReasonCodes = [ReasonCode.GrantedQos1, ReasonCode.GrantedQos1] });
        await subscribing.Soon();
        var e = await Assert.ThrowsAsync<MqttLimitException>(() => it.Client.SubscribeAsync([new("b"), new("c")]));
        Assert.Equal("Subscriptions", e.Limit);
    }
}
