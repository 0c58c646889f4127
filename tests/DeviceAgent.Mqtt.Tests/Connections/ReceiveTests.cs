using DeviceAgent.Testbed.Broker.Codec;
using DeviceAgent.Mqtt.Tests.Support;
using DeviceAgent.TestSupport;
using Microsoft.Extensions.Logging.Abstractions;

namespace DeviceAgent.Mqtt.Tests.Connections;

public class ReceiveTests
{
    [Fact]
    public async Task Message_Qos1_IsAcknowledgedOnlyWhenHandled()
    {
        await using var it = new Slow();
        var connection = await it.ConnectAsync();
        await connection.SendAsync(Publish(1));
        await connection.SendAsync(Publish(2));
        await it.Entered.WaitAsync(TimeSpan.FromSeconds(20));
        // A PINGREQ would come before any acknowledgement: nothing else has been sent.
        it.Time.Advance(TimeSpan.FromSeconds(60));
        await connection.ReceiveAsync<PingReqPacket>();
        Assert.Equal(1, it.MostAtATime);
        it.Go.Release(2);
        Assert.Equal(1, (await connection.ReceiveAsync<PubAckPacket>()).PacketId);
        Assert.Equal(2, (await connection.ReceiveAsync<PubAckPacket>()).PacketId);
        Assert.Equal(1, it.MostAtATime);
    }

    [Fact]
    public async Task Message_HandlerThrows_IsNotAcknowledgedAndTheNextIs()
    {
        await using var it = new ClientFixture();
        it.Client.MessageReceivedAsync += (m, _) => m.Topic == "bad" ? throw new InvalidOperationException("handler") : Task.CompletedTask;
        var connection = await it.ConnectAsync();
        await connection.SendAsync(Publish(1) with { Topic = "bad" });
        await connection.SendAsync(Publish(2));
        Assert.Equal(2, (await connection.ReceiveAsync<PubAckPacket>()).PacketId);
    }

    [Fact]
    public async Task Message_HandlerPublishes_IsNoDeadlock()
    {
        await using var it = new ClientFixture();
        it.Client.MessageReceivedAsync += (m, token) => it.Client.PublishAsync(new MqttMessage("answer", m.Payload), token);
        var connection = await it.ConnectAsync();
        await connection.SendAsync(Publish(7));
        var answer = await connection.ReceiveAsync<PublishPacket>();
        await connection.SendAsync(new PubAckPacket { PacketId = answer.PacketId });
        Assert.Equal(7, (await connection.ReceiveAsync<PubAckPacket>()).PacketId);
    }

    [Fact]
    public async Task Message_ConnectionLostWhileHandled_NextConnectionWaitsForTheHandler()
    {
        await using var it = new Slow();
        var connection = await it.ConnectAsync();
        await connection.SendAsync(Publish(1));
        await it.Entered.WaitAsync(TimeSpan.FromSeconds(20));
        await connection.CloseAsync();
        await it.DisconnectedAsync();
        connection = await it.ConnectAsync(new ConnAckPacket { SessionPresent = true });
        await connection.SendAsync(Publish(1) with { Duplicate = true });
        it.Go.Release(2);
        Assert.Equal(1, (await connection.ReceiveAsync<PubAckPacket>()).PacketId);
        Assert.Equal((1, 2), (it.MostAtATime, it.Handled));
    }

    [Fact]
    public async Task Message_HandlerHangs_DisconnectAndItsEventComeAllTheSame()
    {
        await using var it = new Slow();
        var connection = await it.ConnectAsync();
        await connection.SendAsync(Publish(1));
        await it.Entered.WaitAsync(TimeSpan.FromSeconds(20));
        await it.DisconnectAsync().Soon();
        await it.DisconnectedAsync();
        Assert.Equal(ReasonCode.Success, (await connection.ReceiveAsync<DisconnectPacket>()).ReasonCode);
        await connection.ReceiveEndAsync();
        it.Go.Release();
    }

    [Fact]
    public async Task Message_HandlerHangs_LossIsToldAllTheSame()
    {
        await using var it = new Slow();
        var connection = await it.ConnectAsync();
        await connection.SendAsync(Publish(1));
        await it.Entered.WaitAsync(TimeSpan.FromSeconds(20));
        await connection.CloseAsync();
        await it.DisconnectedAsync();
        it.Go.Release();
    }

    [Fact]
    public async Task Message_HandlerDisconnects_IsNoDeadlock()
    {
        await using var it = new ClientFixture();
        it.Client.MessageReceivedAsync += (_, token) => it.Client.DisconnectAsync(token);
        var connection = await it.ConnectAsync();
        await connection.SendAsync(Publish(1));
        await connection.ReceiveAsync<DisconnectPacket>();
        Assert.Equal(MqttDisconnectReason.ClientRequested, (await it.Events.DisconnectedAsync()).Reason);
        // And the next connection handles messages again.
        connection = await it.ConnectAsync();
        await connection.SendAsync(Publish(2));
        await connection.ReceiveAsync<DisconnectPacket>();
    }

    [Fact]
    public async Task Packet_TooLarge_EndsTheConnectionBeforeAnythingIsAllocated()
    {
        await using var it = new ClientFixture();
        var connection = await it.ConnectAsync();
        var before = GC.GetTotalAllocatedBytes(precise: true);
        await connection.SendRawAsync("30 FF FF FF 7F");
        Assert.Equal(ReasonCode.PacketTooLarge, (await connection.ReceiveAsync<DisconnectPacket>()).ReasonCode);
        await it.Events.DisconnectedAsync();
        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, 100_000_000);
    }

    [Fact]
    public async Task Packet_OfTheLargestSize_IsRead()
    {
        await using var it = new ClientFixture();
        var connection = await it.ConnectAsync();
        // The header has 1 + 3 bytes, topic and properties 2 + 1 + 1.
        await connection.SendAsync(new PublishPacket { Topic = "t", Payload = new byte[149_504 - 8] });
        Assert.Equal(149_504 - 8, (await it.Events.MessageAsync()).Payload.Length);
        await connection.SendAsync(new PublishPacket { Topic = "t", Payload = new byte[149_504 - 7] });
        Assert.Equal(ReasonCode.PacketTooLarge, (await connection.ReceiveAsync<DisconnectPacket>()).ReasonCode);
    }

    [Fact]
    public async Task Messages_MoreQos1ThanAnnounced_EndTheConnection()
    {
        await using var it = new Slow(ClientFixture.Options(receiveMaximum: 3));
        var connection = await it.ConnectAsync();
        for (ushort i = 1; i <= 4; i++) await connection.SendAsync(Publish(i));
        Assert.Equal(ReasonCode.ReceiveMaximumExceeded, (await connection.ReceiveAsync<DisconnectPacket>()).ReasonCode);
        it.Go.Release(10);
    }

    [Fact]
    public async Task Messages_MoreQos1ThanAnnounced311_HaveTenTimesTheRoom()
    {
        await using var it = new Slow(ClientFixture.Options(MqttProtocolVersion.V311, receiveMaximum: 3));
        var connection = await it.ConnectAsync();
        for (ushort i = 1; i <= 30; i++) await connection.SendAsync(Publish(i));
        it.Go.Release(100);
        for (ushort i = 1; i <= 30; i++) Assert.Equal(i, (await connection.ReceiveAsync<PubAckPacket>()).PacketId);
    }

    [Fact]
    public async Task Messages_MoreQos0ThanFit_AreDroppedAndTheConnectionStays()
    {
        await using var it = new Slow(ClientFixture.Options(receiveMaximum: 3));
        var connection = await it.ConnectAsync();
        for (var i = 0; i < 50; i++) await connection.SendAsync(new PublishPacket { Topic = "t" });
        // Read behind all of them.
        await connection.SendAsync(Publish(9));
        await it.Entered.WaitAsync(TimeSpan.FromSeconds(20));
        it.Go.Release(100);
        Assert.Equal(9, (await connection.ReceiveAsync<PubAckPacket>()).PacketId);
        Assert.InRange(it.Handled, 4, 50);
    }

    [Theory]
    [InlineData("50 02 0001", MqttReasonCode.ProtocolError)] // PUBREC
    [InlineData("62 02 0001", MqttReasonCode.ProtocolError)] // PUBREL
    [InlineData("70 02 0001", MqttReasonCode.ProtocolError)] // PUBCOMP
    [InlineData("34 06 0001 74 0001 00", MqttReasonCode.QosNotSupported)] // PUBLISH with QoS 2
    [InlineData("30 07 0001 74 03 23 0001", MqttReasonCode.TopicAliasInvalid)] // an alias that was not offered
    [InlineData("F0 00", MqttReasonCode.ProtocolError)] // AUTH
    [InlineData("C0 00", MqttReasonCode.ProtocolError)] // PINGREQ
    [InlineData("20 03 00 00 00", MqttReasonCode.ProtocolError)] // a second CONNACK
    [InlineData("00 00", MqttReasonCode.MalformedPacket)]
    [InlineData("30 FF FF FF 7F", MqttReasonCode.PacketTooLarge)]
    public async Task Packet_ThatAServerMayNotSend_EndsTheConnectionWithItsReason(string hex, MqttReasonCode reason)
    {
        await using var it = new ClientFixture();
        var connection = await it.ConnectAsync();
        await connection.SendRawAsync(hex);
        Assert.Equal((ReasonCode)reason, (await connection.ReceiveAsync<DisconnectPacket>()).ReasonCode);
        await connection.ReceiveEndAsync();
        var end = await it.Events.DisconnectedAsync();
        Assert.Equal((MqttDisconnectReason.ProtocolError, reason), (end.Reason, end.ReasonCode));
    }

    [Theory]
    [InlineData(MqttReasonCode.SessionTakenOver, MqttDisconnectReason.SessionTakenOver)]
    [InlineData(MqttReasonCode.AdministrativeAction, MqttDisconnectReason.ServerDisconnected)]
    public async Task Disconnect_FromTheServer_IsToldWithItsReason(MqttReasonCode code, MqttDisconnectReason reason)
    {
        await using var it = new ClientFixture();
        var connection = await it.ConnectAsync();
        await connection.SendAsync(new DisconnectPacket { ReasonCode = (ReasonCode)code });
        var end = await it.Events.DisconnectedAsync();
        Assert.Equal((reason, code), (end.Reason, end.ReasonCode));
        await connection.ReceiveEndAsync();
    }

    private static PublishPacket Publish(ushort id) => new() { Topic = "t", PacketId = id, QualityOfService = QualityOfService.AtLeastOnce };

    /// <summary>A client whose handler waits to be let go.</summary>
    private sealed class Slow : IAsyncDisposable
    {
        private readonly FakeServer _server = new();
        private readonly MqttClient _client;
        private readonly TaskCompletionSource _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _running;

        public Slow(MqttClientOptions? options = null)
        {
            _client = new MqttClient(options ?? ClientFixture.Options(), Time, NullLogger.Instance, _server.OpenAsync);
            _client.DisconnectedAsync += _ =>
            {
                _lost.TrySetResult();
                return Task.CompletedTask;
            };
            _client.MessageReceivedAsync += async (_, token) =>
            {
                MostAtATime = Math.Max(MostAtATime, Interlocked.Increment(ref _running));
                Entered.Release();
                await Go.WaitAsync(token);
                Interlocked.Decrement(ref _running);
                Handled++;
            };
        }

        public ManualTimeProvider Time { get; } = new();

        public SemaphoreSlim Entered { get; } = new(0);

        public SemaphoreSlim Go { get; } = new(0);

        public int MostAtATime { get; private set; }

        public int Handled { get; private set; }

        public async Task<FakeConnection> ConnectAsync(ConnAckPacket? ack = null)
        {
            var connecting = _client.ConnectAsync();
            var connection = await _server.AcceptAsync(ack ?? new ConnAckPacket());
            await connecting.Soon();
            await Time.WaitForTimersAsync(1);
            return connection;
        }

        public Task DisconnectAsync() => _client.DisconnectAsync();

        public Task DisconnectedAsync() => _lost.Task.Soon();

        public async ValueTask DisposeAsync()
        {
            await _client.DisposeAsync();
            Entered.Dispose();
            Go.Dispose();
        }
    }
}
