namespace DeviceAgent.Mqtt.Packets;

/// <summary>AUTH: a step of an authentication (MQTT 5).</summary>
public sealed record AuthPacket() : MqttPacket(MqttPacketType.Auth)
{
    /// <summary>Which step.</summary>
    public MqttReasonCode ReasonCode { get; init; }

    /// <summary>MQTT 5 properties.</summary>
    public MqttProperties? Properties { get; init; }
}
