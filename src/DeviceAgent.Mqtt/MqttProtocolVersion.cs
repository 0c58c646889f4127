namespace DeviceAgent.Mqtt;

/// <summary>The MQTT version; the value is the protocol level in CONNECT.</summary>
public enum MqttProtocolVersion
{
    /// <summary>MQTT 3.1.1: a refusal is a closed connection, mostly without a reason.</summary>
    V311 = 4,

    /// <summary>MQTT 5: every refusal has a reason code.</summary>
    V5 = 5,
}
