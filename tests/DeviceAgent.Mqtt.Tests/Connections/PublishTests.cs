using System.Text;
using DeviceAgent.Testbed.Broker.Codec;
using DeviceAgent.Mqtt.Tests.Support;

namespace DeviceAgent.Mqtt.Tests.Connections;

public class PublishTests
{
    [Fact]
    public async Task PublishAsync_Qos1_CompletesWithItsOwnAcknowledgement()
    {
        await using var it = new ClientFixture();
        var connection = await it.ConnectAsync();
        var first = it.Client.PublishAsync(Message("a") with { ContentType = "text/plain", Expiry = TimeSpan.FromMinutes(1) });
        var second = it.Client.PublishAsync(Message("b"));
        var (a, b) = (await connection.ReceiveAsync<PublishPacket>(), await connection.ReceiveAsync<PublishPacket>());
        Assert.Equal(("text/plain", 60u), (a.Properties!.ContentType, a.Properties.MessageExpiryInterval!.Value));
        await connection.SendAsync(new PubAckPacket { PacketId = 999 });
        await connection.SendAsync(new PubAckPacket { PacketId = b.PacketId, ReasonCode = ReasonCode.QuotaExceeded, Properties = new MqttProperties { ReasonString = "slow" } });
        var refused = await second.Soon();
        Assert.Equal((false, MqttReasonCode.QuotaExceeded, "slow"), (refused.IsSuccess, refused.ReasonCode, refused.ReasonString));
        Assert.False(first.IsCompleted);
        await connection.SendAsync(new PubAckPacket { PacketId = a.PacketId, ReasonCode = ReasonCode.NoMatchingSubscribers });
        Assert.True((await first.Soon()).IsSuccess);
    }

    [Fact]
    public async Task PublishAsync_WindowFull_WaitsInOrder()
    {
        await using var it = new ClientFixture();
        var connection = await it.ConnectAsync(new MqttProperties { ReceiveMaximum = 2 });
        var publishing = Enumerable.Range(0, 4).Select(i => it.Client.PublishAsync(Message($"t{i}"))).ToArray();
        var first = await connection.ReceiveAsync<PublishPacket>();
        await connection.ReceiveAsync<PublishPacket>();
        // Not stuck, not sent: QoS 0 goes past the window and is what comes next.
        await it.Client.PublishAsync(Message("now") with { QualityOfService = MqttQualityOfService.AtMostOnce });
        Assert.Equal("now", (await connection.ReceiveAsync<PublishPacket>()).Topic);
        await connection.SendAsync(new PubAckPacket { PacketId = first.PacketId });
        Assert.Equal("t2", (await connection.ReceiveAsync<PublishPacket>()).Topic);
        await publishing[0].Soon();
        await connection.CloseAsync();
        await Assert.ThrowsAsync<MqttNotConnectedException>(() => publishing[3].Soon());
    }

    [Fact]
    public async Task PublishAsync_CancelledWhileWaiting_LeavesItsPlace()
    {
        await using var it = new ClientFixture(ClientFixture.Options(maximumInFlight: 1));
        var connection = await it.ConnectAsync();
        var first = it.Client.PublishAsync(Message("t0"));
        using var cancel = new CancellationTokenSource();
        var second = it.Client.PublishAsync(Message("t1"), cancel.Token);
        var third = it.Client.PublishAsync(Message("t2"));
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second.Soon());
        await connection.SendAsync(new PubAckPacket { PacketId = (await connection.ReceiveAsync<PublishPacket>()).PacketId });
        await first.Soon();
        var sent = await connection.ReceiveAsync<PublishPacket>();
        Assert.Equal("t2", sent.Topic);
        await connection.SendAsync(new PubAckPacket { PacketId = sent.PacketId });
        await third.Soon();
    }

    [Fact]
    public async Task PublishAsync_CancelledOnItsWay_KeepsItsPlaceUntilTheServerHasAnswered()
    {
        await using var it = new ClientFixture(ClientFixture.Options(maximumInFlight: 1));
        var connection = await it.ConnectAsync();
        using var cancel = new CancellationTokenSource();
        var first = it.Client.PublishAsync(Message("t0"), cancel.Token);
        var sent = await connection.ReceiveAsync<PublishPacket>();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first.Soon());
        var second = it.Client.PublishAsync(Message("t1"));
        await it.Client.PublishAsync(Message("now") with { QualityOfService = MqttQualityOfService.AtMostOnce }).Soon();
        Assert.Equal("now", (await connection.ReceiveAsync<PublishPacket>()).Topic);
        await connection.SendAsync(new PubAckPacket { PacketId = sent.PacketId });
        sent = await connection.ReceiveAsync<PublishPacket>();
        Assert.Equal("t1", sent.Topic);
        await connection.SendAsync(new PubAckPacket { PacketId = sent.PacketId });
        Assert.True((await second.Soon()).IsSuccess);
    }

    [Fact]
    public async Task PublishAsync_CancelledWhileItIsWritten_TearsNoPacket()
    {
        await using var it = new ClientFixture();
        var connection = await it.ConnectAsync();
        using var cancel = new CancellationTokenSource();
        // The server reads nothing: the pipe fills, and the write stops inside the packet.
        var torn = it.Client.PublishAsync(new MqttMessage("large", new byte[100_000]) { QualityOfService = MqttQualityOfService.AtMostOnce }, cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => torn.Soon());
        var next = it.Client.PublishAsync(Message("next"));
        Assert.Equal(100_000, (await connection.ReceiveAsync<PublishPacket>()).Payload.Length);
        var sent = await connection.ReceiveAsync<PublishPacket>();
        Assert.Equal("next", sent.Topic);
        await connection.SendAsync(new PubAckPacket { PacketId = sent.PacketId });
        Assert.True((await next.Soon()).IsSuccess);
    }

    [Fact]
    public async Task PublishAsync_NoAcknowledgement_TimesOutAndEndsTheConnection()
    {
        await using var it = new ClientFixture(ClientFixture.Options(maximumInFlight: 1));
        var connection = await it.ConnectAsync();
        var publishing = it.Client.PublishAsync(Message("t"));
        await connection.ReceiveAsync<PublishPacket>();
        it.Time.Advance(TimeSpan.FromSeconds(30));
        await Assert.ThrowsAsync<MqttTimeoutException>(() => publishing.Soon());
        Assert.Equal(MqttDisconnectReason.ConnectionLost, (await it.Events.DisconnectedAsync()).Reason);
        Assert.False(it.Client.IsConnected);
    }

    [Fact]
    public async Task PublishAsync_LateAcknowledgementOfNobody_HarmsNothing()
    {
        await using var it = new ClientFixture();
        var connection = await it.ConnectAsync();
        await connection.SendAsync(new PubAckPacket { PacketId = 999 });
        var publishing = it.Client.PublishAsync(Message("t"));
        await connection.SendAsync(new PubAckPacket { PacketId = (await connection.ReceiveAsync<PublishPacket>()).PacketId });
        Assert.True((await publishing.Soon()).IsSuccess);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Loss_FailsWhatWaits_AndNothingIsSentAgain(bool sessionPresent)
    {
        await using var it = new ClientFixture();
        var connection = await it.ConnectAsync();
        var publishing = it.Client.PublishAsync(Message("t"));
        await connection.ReceiveAsync<PublishPacket>();
        await connection.CloseAsync();
        await Assert.ThrowsAsync<MqttConnectionLostException>(() => publishing.Soon());
        await it.Events.DisconnectedAsync();

        connection = await it.ConnectAsync(new ConnAckPacket { SessionPresent = sessionPresent });
        _ = it.Client.PublishAsync(Message("new"));
        var sent = await connection.ReceiveAsync<PublishPacket>();
        Assert.Equal(("new", false), (sent.Topic, sent.Duplicate));
    }

    [Fact]
    public async Task Loss_WhileMuchIsPublished_FailsEachWithAnMqttException()
    {
        for (var round = 0; round < 50; round++)
        {
            await using var it = new ClientFixture();
            var connection = await it.ConnectAsync();
            var publishing = Enumerable.Range(0, 20).Select(i => Task.Run(() => it.Client.PublishAsync(Message($"t{i}")))).ToArray();
            await connection.ReceiveAsync<PublishPacket>();
            await connection.CloseAsync();
            foreach (var one in publishing) await Assert.ThrowsAnyAsync<MqttException>(() => one.Soon());
            Assert.Equal(MqttDisconnectReason.ConnectionLost, (await it.Events.DisconnectedAsync()).Reason);
        }
    }

    [Fact]
    public async Task Dispose_WhileWaiting_Fails()
    {
        var it = new ClientFixture();
        var connection = await it.ConnectAsync();
        var publishing = it.Client.PublishAsync(Message("t"));
        await connection.ReceiveAsync<PublishPacket>();
        await it.DisposeAsync();
        await Assert.ThrowsAsync<MqttConnectionLostException>(() => publishing.Soon());
    }

    public static TheoryData<MqttMessage> OverTheLimits() =>
    [
        Message(new string('a', 257)),
        Message("1/2/3/4/5/6/7/8/9"),
        Message("$aws/rules/r/1/2/3/4/5/6/7/8/9"),
        new MqttMessage("t", new byte[(128 * 1024) + 1]),
    ];

    [Theory]
    [MemberData(nameof(OverTheLimits), DisableDiscoveryEnumeration = true)]
    public async Task PublishAsync_OverALimitOfTheService_IsNotSent(MqttMessage message)
    {
        await using var it = new ClientFixture();
        await it.ConnectAsync();
        await Assert.ThrowsAsync<MqttLimitException>(() => it.Client.PublishAsync(message));
    }

    [Theory]
    [InlineData("1/2/3/4/5/6/7/8")]
    [InlineData("$aws/rules/rule/1/2/3/4/5/6/7/8")]
    public async Task PublishAsync_AtTheLimit_IsSent(string topic)
    {
        await using var it = new ClientFixture();
        var connection = await it.ConnectAsync();
        _ = it.Client.PublishAsync(Message(topic));
        Assert.Equal(topic, (await connection.ReceiveAsync<PublishPacket>()).Topic);
    }

    [Fact]
    public async Task PublishAsync_OverALimitOfTheServer_IsNotSentAndHoldsNoPlace()
    {
        await using var it = new ClientFixture(ClientFixture.Options(maximumInFlight: 1));
        var connection = await it.ConnectAsync(new MqttProperties { MaximumPacketSize = 50, RetainAvailable = false });
        await Assert.ThrowsAsync<MqttLimitException>(() => it.Client.PublishAsync(new MqttMessage("t", new byte[60])).Soon());
        await Assert.ThrowsAsync<MqttLimitException>(() => it.Client.PublishAsync(Message("t") with { Retain = true }).Soon());
        _ = it.Client.PublishAsync(Message("fits"));
        Assert.Equal("fits", (await connection.ReceiveAsync<PublishPacket>()).Topic);
    }

    [Fact]
    public async Task PublishAsync_Qos1WhereTheServerHasOnlyQos0_IsNotSent()
    {
        await using var it = new ClientFixture();
        await it.ConnectAsync(new MqttProperties { MaximumQualityOfService = QualityOfService.AtMostOnce });
        await Assert.ThrowsAsync<MqttLimitException>(() => it.Client.PublishAsync(Message("t")));
        await Assert.ThrowsAsync<ArgumentException>(() => it.Client.PublishAsync(Message("t") with { QualityOfService = MqttQualityOfService.ExactlyOnce }));
        await Assert.ThrowsAsync<ArgumentException>(() => it.Client.PublishAsync(Message("a/#")));
    }

    private static MqttMessage Message(string topic) => new(topic, Encoding.UTF8.GetBytes("x"));
}
