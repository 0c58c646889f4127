using System.Text;
using DeviceAgent.Testbed.Broker.Codec;
using DeviceAgent.Mqtt.Tests.Support;

namespace DeviceAgent.Mqtt.Tests.Connections;

public class ConnectTests
{
    [Fact]
    public async Task ConnectAsync_Accepted_SendsOptionsAndReturnsWhatWasGranted()
    {
        await using var it = new ClientFixture(new MqttClientOptions
        {
            Host = "test",
            ClientId = "",
            CleanStart = true,
            UserName = "u",
            Password = Encoding.UTF8.GetBytes("p"),
            KeepAlive = TimeSpan.FromSeconds(90),
            Will = new MqttWill(new MqttMessage("gone", Encoding.UTF8.GetBytes("x")) { Retain = true }) { Delay = TimeSpan.FromSeconds(5) },
        });
        var connecting = it.Client.ConnectAsync();
        var connection = await it.Server.AcceptAsync(new ConnAckPacket
        {
            Properties = new MqttProperties { AssignedClientIdentifier = "auto-1", ServerKeepAlive = 1200, SessionExpiryInterval = 60 },
        });
        Assert.Equal(new MqttConnectResult(false, "auto-1", TimeSpan.FromMinutes(20), TimeSpan.FromSeconds(60)), await connecting.Soon());
        var sent = connection.Connect!;
        Assert.Equal(("", true, 90, "u"), (sent.ClientId, sent.CleanStart, (int)sent.KeepAlive, sent.UserName));
        Assert.Equal((3600u, 100, 149_504u), (sent.Properties!.SessionExpiryInterval!.Value, (int)sent.Properties.ReceiveMaximum!, sent.Properties.MaximumPacketSize!.Value));
        Assert.Equal(("gone", true, 5u), (sent.Will!.Topic, sent.Will.Retain, sent.Will.Properties!.WillDelayInterval!.Value));
        Assert.True(it.Client.IsConnected);

        await connection.CloseAsync();
        Assert.Equal(MqttDisconnectReason.ConnectionLost, (await it.Events.DisconnectedAsync()).Reason);
        var again = await it.ConnectAsync();
        Assert.Equal("auto-1", again.Connect!.ClientId);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(7)]
    public async Task ConnectAsync_Refused311_IsNotAuthorized(byte code)
    {
        await using var it = new ClientFixture(ClientFixture.Options(MqttProtocolVersion.V311));
        var e = await FailedAsync(it, new ConnAckPacket { ReasonCode = ReasonCode.NotAuthorized, ReturnCode = code });
        Assert.Equal((MqttConnectFailure.Refused, MqttReasonCode.NotAuthorized, (byte?)code), (e.Failure, e.ReasonCode, e.ReturnCode));
        Assert.Contains("iot:Connect", e.Message);
    }

    [Fact]
    public async Task ConnectAsync_Refused5_TellsTheServersWords()
    {
        await using var it = new ClientFixture();
        var e = await FailedAsync(it, new ConnAckPacket { ReasonCode = ReasonCode.Banned, Properties = new MqttProperties { ReasonString = "go away" } });
        Assert.Equal(MqttReasonCode.Banned, e.ReasonCode);
        Assert.Contains("go away", e.Message);
        Assert.False(it.Client.IsConnected);
    }

    [Fact]
    public async Task ConnectAsync_ClosedBeforeConnAck_SaysSo()
    {
        await using var it = new ClientFixture();
        var connecting = it.Client.ConnectAsync();
        await (await it.Server.AcceptAsync()).CloseAsync();
        Assert.Equal(MqttConnectFailure.ClosedBeforeConnAck, (await Assert.ThrowsAsync<MqttConnectException>(() => connecting.Soon())).Failure);
    }

    [Theory]
    [InlineData("48 54 54 50 2F 31")] // HTTP/1
    [InlineData("D0 00")] // PINGRESP
    public async Task ConnectAsync_AnswerIsNoConnAck_IsProtocol(string answer)
    {
        await using var it = new ClientFixture();
        var connecting = it.Client.ConnectAsync();
        await (await it.Server.AcceptAsync()).SendRawAsync(answer);
        Assert.Equal(MqttConnectFailure.Protocol, (await Assert.ThrowsAsync<MqttConnectException>(() => connecting.Soon())).Failure);
    }

    [Fact]
    public async Task ConnectAsync_NoConnAck_TimesOutAfterTenSeconds()
    {
        await using var it = new ClientFixture();
        var connecting = it.Client.ConnectAsync();
        await (await it.Server.AcceptAsync()).ReceiveAsync<ConnectPacket>();
        it.Time.Advance(TimeSpan.FromSeconds(9.9));
        Assert.False(connecting.IsCompleted);
        it.Time.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Equal(MqttConnectFailure.Timeout, (await Assert.ThrowsAsync<MqttConnectException>(() => connecting.Soon())).Failure);
    }

    [Fact]
    public async Task ConnectAsync_Cancelled_IsCancellation()
    {
        await using var it = new ClientFixture();
        using var cancel = new CancellationTokenSource();
        var connecting = it.Client.ConnectAsync(cancel.Token);
        var connection = await it.Server.AcceptAsync();
        await connection.ReceiveAsync<ConnectPacket>();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connecting.Soon());
        await connection.ReceiveEndAsync();
    }

    [Fact]
    public async Task ConnectAsync_SessionAlthoughCleanStart_IsRefused()
    {
        await using var it = new ClientFixture(ClientFixture.Options(cleanStart: true));
        Assert.Equal(MqttConnectFailure.Protocol, (await FailedAsync(it, new ConnAckPacket { SessionPresent = true })).Failure);
    }

    [Fact]
    public async Task ConnectAsync_WhileConnected_Throws()
    {
        await using var it = new ClientFixture();
        await it.ConnectAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(() => it.Client.ConnectAsync());
    }

    [Fact]
    public async Task DisconnectAsync_Connected_SaysGoodbye()
    {
        await using var it = new ClientFixture();
        var connection = await it.ConnectAsync();
        await it.Client.DisconnectAsync().Soon();
        Assert.Equal(ReasonCode.Success, (await connection.ReceiveAsync<DisconnectPacket>()).ReasonCode);
        await connection.ReceiveEndAsync();
        Assert.Equal(MqttDisconnectReason.ClientRequested, (await it.Events.DisconnectedAsync()).Reason);
        await Assert.ThrowsAsync<MqttNotConnectedException>(() => it.Client.PublishAsync(new MqttMessage("t", default)));
    }

    [Fact]
    public void Constructor_BadOptions_ListsAllProblems()
    {
        var e = Assert.Throws<ArgumentException>(() => new ClientFixture(new MqttClientOptions { Host = "", ClientId = new string('x', 129), Port = 0, MaximumInFlight = 0 }));
        Assert.All(["Host", "ClientId", "Port", "MaximumInFlight"], name => Assert.Contains(name, e.Message));
    }

    private static async Task<MqttConnectException> FailedAsync(ClientFixture it, ConnAckPacket answer)
    {
        var connecting = it.Client.ConnectAsync();
        await it.Server.AcceptAsync(answer);
        return await Assert.ThrowsAsync<MqttConnectException>(() => connecting.Soon());
    }
}
