namespace DeviceAgent.Mqtt.Packets;

/// <summary>CONNACK: the answer to CONNECT.</summary>
public sealed record ConnAckPacket() : MqttPacket(MqttPacketType.ConnAck)
{
    /// <summary>Whether the server still has the session.</summary>
    public bool SessionPresent { get; init; }

    /// <summary>The verdict; return codes of 3.1.1 in the words of 5.</summary>
    public MqttReasonCode ReasonCode { get; init; }

    /// <summary>The byte of 3.1.1 as sent (AWS IoT also uses 7, «not authorized»); null in MQTT 5.</summary>
    public byte? ReturnCode { get; init; }

    /// <summary>MQTT 5 properties.</summary>
    public MqttProperties? Properties { get; init; }
}
