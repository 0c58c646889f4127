namespace DeviceAgent.Mqtt.Packets;

/// <summary>SUBACK: the answer to SUBSCRIBE.</summary>
public sealed record SubAckPacket() : MqttPacket(MqttPacketType.SubAck)
{
    /// <summary>The id of the SUBSCRIBE.</summary>
    public required ushort PacketId { get; init; }

    /// <summary>One for each filter, in order.</summary>
    public required IReadOnlyList<MqttReasonCode> ReasonCodes { get; init; }

    /// <summary>MQTT 5 properties.</summary>
    public MqttProperties? Properties { get; init; }
}
