namespace DeviceAgent.Mqtt.Packets;

/// <summary>PUBLISH: a message.</summary>
public sealed record PublishPacket() : MqttPacket(MqttPacketType.Publish)
{
    /// <summary>The topic; empty only with a topic alias (MQTT 5).</summary>
    public required string Topic { get; init; }

    /// <summary>The content.</summary>
    public ReadOnlyMemory<byte> Payload { get; init; }

    /// <summary>The QoS of this delivery.</summary>
    public MqttQualityOfService QualityOfService { get; init; }

    /// <summary>1 to 65535 for QoS 1 and 2, 0 for QoS 0.</summary>
    public ushort PacketId { get; init; }

    /// <summary>Kept by the server when sent; from the store when received.</summary>
    public bool Retain { get; init; }

    /// <summary>The packet was sent before.</summary>
    public bool Duplicate { get; init; }

    /// <summary>MQTT 5 properties.</summary>
    public MqttProperties? Properties { get; init; }
}
