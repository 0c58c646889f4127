using DeviceAgent.Testbed.Broker.Codec;
using DeviceAgent.Mqtt.Tests.Support;

namespace DeviceAgent.Mqtt.Tests.Reconnect;

public class ReconnectTests
{
    private static readonly ConnAckPacket Fresh = new();
    private static readonly ConnAckPacket Resumed = new() { SessionPresent = true };

    [Fact]
    public async Task Loss_ServerForgot_SubscribesAgainBeforeConnectedIsTold()
    {
        await using var it = new ReconnectFixture(chance: 1);
        var connection = await it.ConnectAsync(Fresh);
        await SubscribedAsync(it, connection, "a", "b", "c", "d", "e", "f", "g", "h");
        await SubscribedAsync(it, connection, "i", "j");
        var ending = it.Client.UnsubscribeAsync(["b"]);
        await connection.SendAsync(new UnsubAckPacket { PacketId = (await connection.ReceiveAsync<UnsubscribePacket>()).PacketId, ReasonCodes = [ReasonCode.Success] });
        await ending.Soon();
        await connection.CloseAsync();
        Assert.Equal(TimeSpan.FromSeconds(2), (await it.Events.DisconnectedAsync()).RetryIn);

        connection = await it.NextAsync(TimeSpan.FromSeconds(2), Fresh);
        var first = await connection.ReceiveAsync<SubscribePacket>();
        Assert.Equal(8, first.Filters.Count);
        await connection.SendAsync(Granted(first));
        var second = await connection.ReceiveAsync<SubscribePacket>();
        await connection.SendAsync(new SubAckPacket { PacketId = second.PacketId, ReasonCodes = [ReasonCode.NotAuthorized] });
        Assert.Equal([.. "acdefghij".Select(c => c.ToString())], first.Filters.Concat(second.Filters).Select(f => f.Filter).Order());
        var connected = await it.Events.ConnectedAsync();
        Assert.Equal([new(second.Filters[0].Filter, MqttReasonCode.NotAuthorized)], connected.RefusedFilters);
        Assert.All(first.Filters, f => Assert.True(it.Client.IsSubscribed(f.Filter)));
        Assert.All(["b", second.Filters[0].Filter], f => Assert.False(it.Client.IsSubscribed(f)));
    }

    [Fact]
    public async Task Loss_ServerHasTheSession_DoesNotSubscribe()
    {
        await using var it = new ReconnectFixture(chance: 1);
        var connection = await it.ConnectAsync(Fresh);
        await SubscribedAsync(it, connection, "a");
        await connection.CloseAsync();
        await it.Events.DisconnectedAsync();
        connection = await it.NextAsync(TimeSpan.FromSeconds(2), Resumed);
        Assert.True((await it.Events.ConnectedAsync()).Result.SessionPresent);
        await it.Client.PublishAsync(new MqttMessage("t", default) { QualityOfService = MqttQualityOfService.AtMostOnce });
        await connection.ReceiveAsync<PublishPacket>();
    }

    [Fact]
    public async Task Loss_WhileSubscribingAgain_GoesOnInTheNextConnection()
    {
        await using var it = new ReconnectFixture(chance: 1);
        var connection = await it.ConnectAsync(Fresh);
        await SubscribedAsync(it, connection, "a");
        await connection.CloseAsync();
        await it.Events.DisconnectedAsync();
        connection = await it.NextAsync(TimeSpan.FromSeconds(2), Fresh);
        await connection.ReceiveAsync<SubscribePacket>();
        await connection.CloseAsync();
        await it.Events.DisconnectedAsync();
        // The session is there, the subscription is not.
        connection = await it.NextAsync(TimeSpan.FromSeconds(4), Resumed);
        var sent = await connection.ReceiveAsync<SubscribePacket>();
        Assert.Equal("a", sent.Filters.Single().Filter);
        await connection.SendAsync(Granted(sent));
        await it.Events.ConnectedAsync();
    }

    [Fact]
    public async Task Flapping_CountsAsFailure_UntilAConnectionStandsForAMinute()
    {
        await using var it = new ReconnectFixture(chance: 1);
        var connection = await it.ConnectAsync(Fresh);
        foreach (var expected in new[] { 2, 4, 8, 16 })
        {
            await connection.CloseAsync();
            Assert.Equal(TimeSpan.FromSeconds(expected), (await it.Events.DisconnectedAsync()).RetryIn);
            connection = await it.NextAsync(TimeSpan.FromSeconds(expected), Resumed);
            await it.Events.ConnectedAsync();
        }

        it.Time.Advance(TimeSpan.FromSeconds(59));
        await connection.CloseAsync();
        Assert.Equal(TimeSpan.FromSeconds(32), (await it.Events.DisconnectedAsync()).RetryIn);
        connection = await it.NextAsync(TimeSpan.FromSeconds(32), Resumed);
        await it.Events.ConnectedAsync();
        await it.Time.WaitForTimersAsync(1);
        it.Time.Advance(TimeSpan.FromSeconds(59));
        it.Time.Advance(TimeSpan.FromSeconds(1));
        await connection.CloseAsync();
        Assert.Equal(TimeSpan.FromSeconds(2), (await it.Events.DisconnectedAsync()).RetryIn);
    }

    [Fact]
    public async Task ConnectFails_KeepsTryingLessAndLessOften()
    {
        await using var it = new ReconnectFixture(chance: 1);
        it.Server.Unreachable = new MqttConnectException(MqttConnectFailure.Network, "unreachable", "none");
        var connecting = it.Client.ConnectAsync();
        foreach (var expected in new[] { 2, 4, 8, 16, 32, 64, 128, 256, 300, 300 })
        {
            var failed = await it.Events.DisconnectedAsync();
            Assert.Equal((MqttDisconnectReason.ConnectFailed, TimeSpan.FromSeconds(expected)), (failed.Reason, failed.RetryIn));
            Assert.Equal(MqttConnectFailure.Network, Assert.IsType<MqttConnectException>(failed.Exception).Failure);
            if (expected == 300) it.Server.Unreachable = it.Server.Opened == 10 ? null : it.Server.Unreachable;
            it.Time.Advance(TimeSpan.FromSeconds(expected));
        }

        await it.Server.AcceptAsync(Fresh);
        await connecting.Soon();
    }

    [Fact]
    public async Task Refused_IsToldWithItsReasonAndTriedAgain()
    {
        await using var it = new ReconnectFixture(chance: 1);
        var connecting = it.Client.ConnectAsync();
        await it.Server.AcceptAsync(new ConnAckPacket { ReasonCode = ReasonCode.NotAuthorized });
        var failed = await it.Events.DisconnectedAsync();
        Assert.Equal((MqttDisconnectReason.ConnectFailed, MqttReasonCode.NotAuthorized), (failed.Reason, failed.ReasonCode));
        await it.NextAsync(TimeSpan.FromSeconds(2), Fresh);
        await connecting.Soon();
    }

    [Fact]
    public async Task TakenOver_WaitsAtLeastHalfAMinute()
    {
        await using var it = new ReconnectFixture(chance: 0);
        var connection = await it.ConnectAsync(Fresh);
        await connection.SendAsync(new DisconnectPacket { ReasonCode = ReasonCode.SessionTakenOver });
        var end = await it.Events.DisconnectedAsync();
        Assert.Equal((MqttDisconnectReason.SessionTakenOver, TimeSpan.FromSeconds(30)), (end.Reason, end.RetryIn));
    }

    [Fact]
    public async Task Connects_AreNeverLessThanASecondApart()
    {
        await using var it = new ReconnectFixture(chance: 0);
        var connection = await it.ConnectAsync(Fresh);
        for (var i = 0; i < 5; i++)
        {
            it.Time.Advance(TimeSpan.FromSeconds(0.25));
            await connection.CloseAsync();
            Assert.Equal(TimeSpan.FromSeconds(0.75), (await it.Events.DisconnectedAsync()).RetryIn);
            it.Time.Advance(TimeSpan.FromSeconds(0.74));
            Assert.Equal(i + 1, it.Server.Opened);
            connection = await it.NextAsync(TimeSpan.FromSeconds(0.01), Resumed);
            await it.Events.ConnectedAsync();
        }
    }

    [Fact]
    public async Task Connects_SlowHandshake_AreASecondApartAllTheSame()
    {
        await using var it = new ReconnectFixture(chance: 0);
        var handshake = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        it.Server.Handshake = handshake.Task;
        var connecting = it.Client.ConnectAsync();
        await it.Time.WaitForTimersAsync(1);
        it.Time.Advance(TimeSpan.FromSeconds(5));
        handshake.SetResult();
        await using (await it.Server.AcceptAsync(Fresh)) await connecting.Soon();

        // The CONNECT went out at 5 s, not when the attempt began.
        Assert.Equal(TimeSpan.FromSeconds(1), (await it.Events.DisconnectedAsync()).RetryIn);
    }

    [Fact]
    public async Task DisconnectAsync_WhileWaiting_IsAtOnceAndFinal()
    {
        await using var it = new ReconnectFixture(chance: 1);
        var connection = await it.ConnectAsync(Fresh);
        await connection.CloseAsync();
        await it.Events.DisconnectedAsync();
        await it.Client.DisconnectAsync().Soon();
        it.Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(1, it.Server.Opened);

        // Told again, it starts again.
        var again = it.Client.ConnectAsync();
        await it.Server.AcceptAsync(Fresh);
        await again.Soon();
    }

    [Fact]
    public async Task ConnectAsync_Cancelled_StopsTrying()
    {
        await using var it = new ReconnectFixture(chance: 1);
        it.Server.Unreachable = new MqttConnectException(MqttConnectFailure.Network, "unreachable", "none");
        using var cancel = new CancellationTokenSource();
        var connecting = it.Client.ConnectAsync(cancel.Token);
        await it.Events.DisconnectedAsync();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connecting.Soon());
        it.Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(1, it.Server.Opened);
    }

    [Fact]
    public async Task EventHandlerThrows_GoesOn()
    {
        await using var it = new ReconnectFixture(chance: 1);
        it.Client.DisconnectedAsync += _ => throw new InvalidOperationException("handler");
        var connection = await it.ConnectAsync(Fresh);
        await connection.CloseAsync();
        await it.Events.DisconnectedAsync();
        await it.NextAsync(TimeSpan.FromSeconds(2), Resumed);
        await it.Events.ConnectedAsync();
    }

    [Fact]
    public async Task UnexpectedFailure_IsTriedAgainToo()
    {
        await using var it = new ReconnectFixture(chance: 1);
        it.Server.Unreachable = new InvalidOperationException("surprise");
        var connecting = it.Client.ConnectAsync();
        Assert.IsType<InvalidOperationException>((await it.Events.DisconnectedAsync()).Exception);
        it.Server.Unreachable = null;
        await it.NextAsync(TimeSpan.FromSeconds(2), Fresh);
        await connecting.Soon();
    }

    private static SubAckPacket Granted(SubscribePacket packet) =>
        new() { PacketId = packet.PacketId, ReasonCodes = [.. packet.Filters.Select(_ => ReasonCode.GrantedQos1)] };

    private static async Task SubscribedAsync(ReconnectFixture it, FakeConnection connection, params string[] filters)
    {
        var subscribing = it.Client.SubscribeAsync([.. filters.Select(f => new MqttTopicFilter(f))]);
        await connection.SendAsync(Granted(await connection.ReceiveAsync<SubscribePacket>()));
        await subscribing.Soon();
    }
}
