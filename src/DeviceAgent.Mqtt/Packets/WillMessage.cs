namespace DeviceAgent.Mqtt.Packets;

/// <summary>The will in a CONNECT.</summary>
/// <param name="Topic">Where it is published.</param>
/// <param name="Payload">What is published.</param>
public sealed record WillMessage(string Topic, ReadOnlyMemory<byte> Payload)
{
    /// <summary>The QoS of the will.</summary>
    public MqttQualityOfService QualityOfService { get; init; }

    /// <summary>Whether the will is retained.</summary>
    public bool Retain { get; init; }

    /// <summary>MQTT 5 will properties.</summary>
    public MqttProperties? Properties { get; init; }
}
