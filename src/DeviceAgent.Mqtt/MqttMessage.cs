namespace DeviceAgent.Mqtt;

/// <summary>A message, published or received. What is marked «MQTT 5» is left out in 3.1.1.</summary>
/// <param name="Topic">Where it goes, or where it came from.</param>
/// <param name="Payload">The content.</param>
public sealed record MqttMessage(string Topic, ReadOnlyMemory<byte> Payload)
{
    /// <summary>QoS 0 or 1; QoS 1 unless said otherwise.</summary>
    public MqttQualityOfService QualityOfService { get; init; } = MqttQualityOfService.AtLeastOnce;

    /// <summary>Published: the server keeps it. Received: it comes from the server's store.</summary>
    public bool Retain { get; init; }

    /// <summary>Received: the server has sent it before.</summary>
    public bool Duplicate { get; init; }

    /// <summary>What the payload is (MQTT 5).</summary>
    public string? ContentType { get; init; }

    /// <summary>Where an answer is expected (MQTT 5).</summary>
    public string? ResponseTopic { get; init; }

    /// <summary>Ties an answer to its question (MQTT 5).</summary>
    public ReadOnlyMemory<byte>? CorrelationData { get; init; }

    /// <summary>How long the message is of use, in whole seconds (MQTT 5).</summary>
    public TimeSpan? Expiry { get; init; }

    /// <summary>Names and values that travel with it (MQTT 5).</summary>
    public IReadOnlyList<MqttUserProperty> UserProperties { get; init; } = [];
}

/// <summary>How surely a message arrives.</summary>
public enum MqttQualityOfService
{
    /// <summary>QoS 0: sent once, never acknowledged.</summary>
    AtMostOnce = 0,

    /// <summary>QoS 1: acknowledged, and sent again until it is; may arrive more than once.</summary>
    AtLeastOnce = 1,

    /// <summary>QoS 2: AWS IoT Core and this client do not do it.</summary>
    ExactlyOnce = 2,
}

/// <summary>A name and value that travel with a packet (MQTT 5). Names may repeat.</summary>
public readonly record struct MqttUserProperty(string Name, string Value);
