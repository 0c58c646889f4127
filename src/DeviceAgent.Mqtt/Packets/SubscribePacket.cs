namespace DeviceAgent.Mqtt.Packets;

/// <summary>SUBSCRIBE: asks for subscriptions.</summary>
public sealed record SubscribePacket() : MqttPacket(MqttPacketType.Subscribe)
{
    /// <summary>1 to 65535; the SUBACK has the same.</summary>
    public required ushort PacketId { get; init; }

    /// <summary>At least one.</summary>
    public required IReadOnlyList<MqttTopicFilter> Filters { get; init; }

    /// <summary>MQTT 5 properties.</summary>
    public MqttProperties? Properties { get; init; }
}
