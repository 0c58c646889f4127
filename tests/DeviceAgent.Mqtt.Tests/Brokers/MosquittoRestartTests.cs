using DeviceAgent.Mqtt.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace DeviceAgent.Mqtt.Tests.Brokers;

public class MosquittoRestartTests(Mosquitto broker) : IClassFixture<Mosquitto>
{
    [Fact]
    public async Task Restart_BrokerForgetsEverything_ClientComesBackAndReceives()
    {
        var options = new MqttClientOptions { Host = "127.0.0.1", Port = broker.Port, Tls = null, ClientId = "survivor" };
        var quick = new MqttReconnectOptions { BaseDelay = TimeSpan.FromMilliseconds(50), MaximumDelay = TimeSpan.FromMilliseconds(200), ConnectSpacing = TimeSpan.FromMilliseconds(50) };
        await using var client = new ReconnectingMqttClient(options, quick, TimeProvider.System, new FixedSeed(), NullLogger<ReconnectingMqttClient>.Instance);
        var events = new Recorder(client);
        await client.ConnectAsync().Soon();
        await events.ConnectedAsync();
        await client.SubscribeAsync([new("news/#")]).Soon();

        await broker.StopAsync();
        Assert.Equal(MqttDisconnectReason.ConnectionLost, (await events.DisconnectedAsync()).Reason);
        Assert.Equal(MqttDisconnectReason.ConnectFailed, (await events.DisconnectedAsync()).Reason);
        await Assert.ThrowsAsync<MqttNotConnectedException>(() => client.PublishAsync(new MqttMessage("news/1", default)));
        await broker.StartAsync();

        Assert.False((await events.ConnectedAsync()).Result.SessionPresent);
        await client.PublishAsync(new MqttMessage("news/2", default)).Soon();
        Assert.Equal("news/2", (await events.MessageAsync()).Topic);
    }

    private sealed class FixedSeed() : Random(1);
}
