namespace DeviceAgent.Mqtt.Packets;

/// <summary>UNSUBSCRIBE: ends subscriptions.</summary>
public sealed record UnsubscribePacket() : MqttPacket(MqttPacketType.Unsubscribe)
{
    /// <summary>1 to 65535; the UNSUBACK has the same.</summary>
    public required ushort PacketId { get; init; }

    /// <summary>At least one.</summary>
    public required IReadOnlyList<string> Filters { get; init; }

    /// <summary>MQTT 5 properties.</summary>
    public MqttProperties? Properties { get; init; }
}
