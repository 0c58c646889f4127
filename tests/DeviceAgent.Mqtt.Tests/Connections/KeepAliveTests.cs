using DeviceAgent.Testbed.Broker.Codec;
using DeviceAgent.Mqtt.Tests.Support;

namespace DeviceAgent.Mqtt.Tests.Connections;

public class KeepAliveTests
{
    [Fact]
    public async Task Idle_ServerAnswers_StaysConnected()
    {
        await using var it = new ClientFixture();
        var connection = await it.ConnectAsync();
        for (var i = 0; i < 5; i++)
        {
            await it.Time.WaitForTimerAsync(TimeSpan.FromSeconds(60));
            it.Time.Advance(TimeSpan.FromSeconds(60));
            await connection.ReceiveAsync<PingReqPacket>();
            await connection.SendAsync(new PingRespPacket());
            // The next message proves that the PINGRESP was read.
            await connection.SendAsync(new PublishPacket { Topic = "t" });
            await it.Events.MessageAsync();
        }

        Assert.True(it.Client.IsConnected);
    }

    [Fact]
    public async Task Idle_NoAnswer_DeadAfterOneAndAHalfIntervals()
    {
        await using var it = new ClientFixture();
        var connection = await it.ConnectAsync(new MqttProperties { ServerKeepAlive = 40 });
        await it.Time.WaitForTimersAsync(1);
        it.Time.Advance(TimeSpan.FromSeconds(39));
        it.Time.Advance(TimeSpan.FromSeconds(1));
        await connection.ReceiveAsync<PingReqPacket>();
        await it.Time.WaitForTimersAsync(1);
        it.Time.Advance(TimeSpan.FromSeconds(19));
        Assert.True(it.Client.IsConnected);
        it.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(MqttDisconnectReason.KeepAliveTimeout, (await it.Events.DisconnectedAsync()).Reason);
        Assert.Equal(ReasonCode.KeepAliveTimeout, (await connection.ReceiveAsync<DisconnectPacket>()).ReasonCode);
    }

    [Theory]
    [InlineData(20)]
    [InlineData(90)]
    public async Task ServerKeepAlive_IsTheInterval(int seconds)
    {
        await using var it = new ClientFixture();
        var connection = await it.ConnectAsync(new MqttProperties { ServerKeepAlive = (ushort)seconds });
        Assert.Equal(60, connection.Connect!.KeepAlive);
        await it.Time.WaitForTimersAsync(1);
        Assert.Equal(TimeSpan.FromSeconds(seconds), it.Time.NextTimer);
        it.Time.Advance(TimeSpan.FromSeconds(seconds));
        await connection.ReceiveAsync<PingReqPacket>();
    }

    [Fact]
    public async Task WallClockStepsBack_PingsAllTheSame()
    {
        await using var it = new ClientFixture();
        var connection = await it.ConnectAsync();
        await it.Time.WaitForTimersAsync(1);
        it.Time.StepWallClock(TimeSpan.FromHours(-5));
        it.Time.Advance(TimeSpan.FromSeconds(60));
        await connection.ReceiveAsync<PingReqPacket>();
    }

    [Fact]
    public async Task Publishing_NothingComesBack_IsAskedForASignOfLife()
    {
        await using var it = new ClientFixture();
        var connection = await it.ConnectAsync();
        for (var i = 0; i < 6; i++)
        {
            await it.Time.WaitForTimersAsync(1);
            it.Time.Advance(TimeSpan.FromSeconds(9));
            await it.Client.PublishAsync(new MqttMessage("t", default) { QualityOfService = MqttQualityOfService.AtMostOnce }).Soon();
            await connection.ReceiveAsync<PublishPacket>();
        }

        await it.Time.WaitForTimersAsync(1);
        it.Time.Advance(TimeSpan.FromSeconds(6));
        await connection.ReceiveAsync<PingReqPacket>();
    }

    [Fact]
    public async Task WriteThatHangs_IsADeadConnection()
    {
        await using var it = new ClientFixture();
        await it.ConnectAsync();
        // The server reads nothing: the pipe fills, and the write waits.
        var publishing = it.Client.PublishAsync(new MqttMessage("t", new byte[100_000]) { QualityOfService = MqttQualityOfService.AtMostOnce });
        await it.Time.WaitForTimersAsync(1);
        it.Time.Advance(TimeSpan.FromSeconds(60));
        await it.Time.WaitForTimersAsync(1);
        it.Time.Advance(TimeSpan.FromSeconds(30));
        await it.Time.WaitForTimersAsync(1);
        it.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(MqttDisconnectReason.KeepAliveTimeout, (await it.Events.DisconnectedAsync()).Reason);
        await Assert.ThrowsAsync<MqttNotConnectedException>(() => publishing.Soon());
    }

    [Fact]
    public async Task KeepAliveZero_NeverPings()
    {
        await using var it = new ClientFixture(new MqttClientOptions { Host = "test", ClientId = "boiler-07", KeepAlive = TimeSpan.Zero });
        await it.ConnectAsync();
        it.Time.Advance(TimeSpan.FromDays(1));
        Assert.True(it.Client.IsConnected);
    }
}
