namespace DeviceAgent.Mqtt.Packets;

/// <summary>One control packet of MQTT 3.1.1 or 5. Properties are left out of what is sent in 3.1.1.</summary>
public abstract record MqttPacket
{
    private protected MqttPacket(MqttPacketType type) => Type = type;

    /// <summary>Which packet it is.</summary>
    public MqttPacketType Type { get; }
}
