using DeviceAgent.Testbed.Broker.Codec;
using DeviceAgent.TestSupport;
using Microsoft.Extensions.Logging.Abstractions;

namespace DeviceAgent.Mqtt.Tests.Support;

/// <summary>A client and a fake server in virtual time.</summary>
internal sealed class ClientFixture : IAsyncDisposable
{
    public ClientFixture(MqttClientOptions? options = null)
    {
        Client = new MqttClient(options ?? Options(), Time, NullLogger.Instance, Server.OpenAsync);
        Events = new Recorder(Client);
    }

    public ManualTimeProvider Time { get; } = new();

    public FakeServer Server { get; } = new();

    public MqttClient Client { get; }

    public Recorder Events { get; }

    public static MqttClientOptions Options(
        MqttProtocolVersion version = MqttProtocolVersion.V5, int maximumInFlight = 100, int receiveMaximum = 100, bool cleanStart = false, MqttLimits? limits = null) => new()
        {
            Host = "test",
            ClientId = "boiler-07",
            ProtocolVersion = version,
            MaximumInFlight = maximumInFlight,
            ReceiveMaximum = receiveMaximum,
            CleanStart = cleanStart,
            Limits = limits ?? MqttLimits.AwsIotCore,
        };

    public Task<FakeConnection> ConnectAsync(MqttProperties granted) => ConnectAsync(new ConnAckPacket { Properties = granted });

    public async Task<FakeConnection> ConnectAsync(ConnAckPacket? ack = null)
    {
        var connecting = Client.ConnectAsync();
        var connection = await Server.AcceptAsync(ack ?? new ConnAckPacket());
        await connecting.Soon();
        return connection;
    }

    public ValueTask DisposeAsync() => Client.DisposeAsync();
}
