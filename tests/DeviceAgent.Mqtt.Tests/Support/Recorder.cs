using System.Threading.Channels;

namespace DeviceAgent.Mqtt.Tests.Support;

/// <summary>What a client's events said, in order.</summary>
internal sealed class Recorder
{
    private readonly Channel<MqttConnected> _connected = Channel.CreateUnbounded<MqttConnected>();
    private readonly Channel<MqttDisconnected> _disconnected = Channel.CreateUnbounded<MqttDisconnected>();
    private readonly Channel<MqttMessage> _messages = Channel.CreateUnbounded<MqttMessage>();

    public Recorder(IMqttClient client)
    {
        client.ConnectedAsync += e => _connected.Writer.WriteAsync(e).AsTask();
        client.DisconnectedAsync += e => _disconnected.Writer.WriteAsync(e).AsTask();
        client.MessageReceivedAsync += (m, token) => _messages.Writer.WriteAsync(m, token).AsTask();
    }

    public Task<MqttConnected> ConnectedAsync() => _connected.Reader.ReadAsync().AsTask().Soon();

    public Task<MqttDisconnected> DisconnectedAsync() => _disconnected.Reader.ReadAsync().AsTask().Soon();

    public Task<MqttMessage> MessageAsync() => _messages.Reader.ReadAsync().AsTask().Soon();
}
