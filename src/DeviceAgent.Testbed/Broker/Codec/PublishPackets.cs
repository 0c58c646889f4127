namespace DeviceAgent.Testbed.Broker.Codec;

/// <summary>PUBLISH: a message.</summary>
public sealed record PublishPacket() : MqttPacket(PacketType.Publish)
{
    /// <summary>The topic; empty only with a topic alias (MQTT 5).</summary>
    public required string Topic { get; init; }

    /// <summary>The content.</summary>
    public ReadOnlyMemory<byte> Payload { get; init; }

    /// <summary>The QoS of this delivery.</summary>
    public QualityOfService QualityOfService { get; init; }

    /// <summary>1 to 65535 for QoS 1 and 2, 0 for QoS 0.</summary>
    public ushort PacketId { get; init; }

    /// <summary>Kept by the server when sent; from the store when received.</summary>
    public bool Retain { get; init; }

    /// <summary>The packet was sent before.</summary>
    public bool Duplicate { get; init; }

    /// <summary>MQTT 5 properties.</summary>
    public MqttProperties? Properties { get; init; }
}

/// <summary>PUBACK, PUBREC, PUBREL and PUBCOMP, which have one form.</summary>
public abstract record PublishReplyPacket : MqttPacket
{
    private protected PublishReplyPacket(PacketType type) : base(type)
    {
    }

    /// <summary>The id of the PUBLISH.</summary>
    public required ushort PacketId { get; init; }

    /// <summary>The result; always success in 3.1.1.</summary>
    public ReasonCode ReasonCode { get; init; }

    /// <summary>MQTT 5 properties.</summary>
    public MqttProperties? Properties { get; init; }
}

/// <summary>PUBACK: a QoS 1 message was taken over.</summary>
public sealed record PubAckPacket() : PublishReplyPacket(PacketType.PubAck);

/// <summary>PUBREC: the first answer of QoS 2.</summary>
public sealed record PubRecPacket() : PublishReplyPacket(PacketType.PubRec);

/// <summary>PUBREL: the second step of QoS 2.</summary>
public sealed record PubRelPacket() : PublishReplyPacket(PacketType.PubRel);

/// <summary>PUBCOMP: the last answer of QoS 2.</summary>
public sealed record PubCompPacket() : PublishReplyPacket(PacketType.PubComp);
