using MQTTnet.Packets;

namespace DeviceAgent.Mqtt.Connections;

/// <summary>What the server takes, by its CONNACK. MQTTnet reports it and keeps none of it; 3.1.1 has none.</summary>
internal sealed class ServerLimits(MqttConnAckPacket granted, MqttProtocolVersion version)
{
    private readonly MqttConnAckPacket? _granted = version == MqttProtocolVersion.V5 ? granted : null;

    /// <summary>How many unacknowledged messages may be out at a time.</summary>
    public int ReceiveMaximum => _granted is { ReceiveMaximum: > 0 and var maximum } ? maximum : ushort.MaxValue;

    /// <exception cref="MqttLimitException">The server does not take such a message.</exception>
    public void Check(MqttMessage message)
    {
        if (_granted is null) return;
        if ((int)message.QualityOfService > (int)_granted.MaximumQoS)
            throw new MqttLimitException("The server's maximum QoS", (int)message.QualityOfService, (int)_granted.MaximumQoS);
        if (message.Retain && !_granted.RetainAvailable) throw new MqttLimitException("Retained messages at this server", 1, 0);
    }

    /// <exception cref="MqttLimitException">The server does not take such a filter.</exception>
    public void Check(MqttTopicFilter filter)
    {
        if (_granted is null) return;
        if (!_granted.WildcardSubscriptionAvailable && filter.Filter.AsSpan().ContainsAny('+', '#'))
            throw new MqttLimitException("Wildcard subscriptions at this server", 1, 0);
        if (!_granted.SharedSubscriptionAvailable && MqttTopicRules.IsShared(filter.Filter))
            throw new MqttLimitException("Shared subscriptions at this server", 1, 0);
    }
}
