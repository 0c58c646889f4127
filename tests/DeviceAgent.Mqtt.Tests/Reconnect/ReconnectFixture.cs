using DeviceAgent.Testbed.Broker.Codec;
using DeviceAgent.Mqtt.Tests.Support;
using DeviceAgent.TestSupport;
using Microsoft.Extensions.Logging.Abstractions;

namespace DeviceAgent.Mqtt.Tests.Reconnect;

/// <summary>A reconnecting client and a fake server in virtual time; chance always says the same.</summary>
internal sealed class ReconnectFixture : IAsyncDisposable
{
    public ReconnectFixture(double chance)
    {
        Client = new ReconnectingMqttClient(
            ClientFixture.Options(), new MqttReconnectOptions(), Time, new FixedRandom(chance), NullLogger.Instance, Server.OpenAsync);
        Events = new Recorder(Client);
    }

    public ManualTimeProvider Time { get; } = new();

    public FakeServer Server { get; } = new();

    public ReconnectingMqttClient Client { get; }

    public Recorder Events { get; }

    public async Task<FakeConnection> ConnectAsync(ConnAckPacket ack)
    {
        var connecting = Client.ConnectAsync();
        var connection = await Server.AcceptAsync(ack);
        await connecting.Soon();
        await Events.ConnectedAsync();
        return connection;
    }

    /// <summary>The connection that comes when that much time has passed.</summary>
    public async Task<FakeConnection> NextAsync(TimeSpan after, ConnAckPacket ack)
    {
        Time.Advance(after);
        return await Server.AcceptAsync(ack);
    }

    public ValueTask DisposeAsync() => Client.DisposeAsync();

    private sealed class FixedRandom(double chance) : Random(1)
    {
        public override double NextDouble() => chance;
    }
}
