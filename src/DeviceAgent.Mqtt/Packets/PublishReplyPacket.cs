namespace DeviceAgent.Mqtt.Packets;

/// <summary>PUBACK, PUBREC, PUBREL and PUBCOMP, which have one form.</summary>
public abstract record PublishReplyPacket : MqttPacket
{
    private protected PublishReplyPacket(MqttPacketType type) : base(type)
    {
    }

    /// <summary>The id of the PUBLISH.</summary>
    public required ushort PacketId { get; init; }

    /// <summary>The verdict; always success in 3.1.1.</summary>
    public MqttReasonCode ReasonCode { get; init; }

    /// <summary>MQTT 5 properties.</summary>
    public MqttProperties? Properties { get; init; }
}
