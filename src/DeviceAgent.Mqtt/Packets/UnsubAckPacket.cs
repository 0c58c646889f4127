namespace DeviceAgent.Mqtt.Packets;

/// <summary>UNSUBACK: the answer to UNSUBSCRIBE.</summary>
public sealed record UnsubAckPacket() : MqttPacket(MqttPacketType.UnsubAck)
{
    /// <summary>The id of the UNSUBSCRIBE.</summary>
    public required ushort PacketId { get; init; }

    /// <summary>One for each filter, in order; empty in 3.1.1, which has none.</summary>
    public IReadOnlyList<MqttReasonCode> ReasonCodes { get; init; } = [];

    /// <summary>MQTT 5 properties.</summary>
    public MqttProperties? Properties { get; init; }
}
