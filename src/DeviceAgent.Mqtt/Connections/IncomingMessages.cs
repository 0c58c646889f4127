using System.Threading.Channels;
using MQTTnet.Packets;
using MQTTnet.Protocol;

namespace DeviceAgent.Mqtt.Connections;

/// <summary>
/// Messages of one connection that wait for the handler. Reading never waits for the handler, so that a handler may wait for an
/// acknowledgement. QoS 1 is bounded by the receive maximum, which the server has to keep; QoS 0 beyond the bound is dropped.
/// In 3.1.1 a server knows of no maximum (mosquitto sends hundreds at once): there QoS 1 has ten times the room.
/// </summary>
internal sealed class IncomingMessages(int maximum, MqttProtocolVersion version)
{
    private readonly Channel<MqttPublishPacket> _queue = Channel.CreateUnbounded<MqttPublishPacket>(new UnboundedChannelOptions { SingleReader = true });
    private readonly int _maximumUnacknowledged = version == MqttProtocolVersion.V5 ? maximum : maximum * 10;
    private int _unacknowledged;
    private int _unhandled;

    /// <summary>False when a message of QoS 0 was dropped.</summary>
    /// <exception cref="MqttProtocolException">More QoS 1 messages than announced.</exception>
    public bool TryAdd(MqttPublishPacket packet)
    {
        if (packet.QualityOfServiceLevel == MqttQualityOfServiceLevel.AtMostOnce)
        {
            if (Volatile.Read(ref _unhandled) >= maximum) return false;
            Interlocked.Increment(ref _unhandled);
        }
        else if (Interlocked.Increment(ref _unacknowledged) > _maximumUnacknowledged)
        {
            throw new MqttProtocolException(MqttReasonCode.ReceiveMaximumExceeded, $"More than {_maximumUnacknowledged} QoS 1 messages before the first was acknowledged.");
        }

        return _queue.Writer.TryWrite(packet);
    }

    public ValueTask<MqttPublishPacket> NextAsync(CancellationToken cancellationToken) => _queue.Reader.ReadAsync(cancellationToken);

    /// <summary>A message of QoS 0 is done with.</summary>
    public void Handled() => Interlocked.Decrement(ref _unhandled);

    /// <summary>A message of QoS 1 is about to be acknowledged.</summary>
    public void Acknowledging() => Interlocked.Decrement(ref _unacknowledged);
}
