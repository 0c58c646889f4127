namespace DeviceAgent.Mqtt.Packets;

/// <summary>DISCONNECT: the end of the connection; from the server only in MQTT 5.</summary>
public sealed record DisconnectPacket() : MqttPacket(MqttPacketType.Disconnect)
{
    /// <summary>Why; always normal in 3.1.1.</summary>
    public MqttReasonCode ReasonCode { get; init; }

    /// <summary>MQTT 5 properties.</summary>
    public MqttProperties? Properties { get; init; }
}
