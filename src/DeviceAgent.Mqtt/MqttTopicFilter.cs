namespace DeviceAgent.Mqtt;

/// <summary>A subscription.</summary>
/// <param name="Filter">A topic, <c>+</c> and <c>#</c> allowed.</param>
/// <param name="QualityOfService">The highest QoS of messages on it.</param>
public sealed record MqttTopicFilter(string Filter, MqttQualityOfService QualityOfService = MqttQualityOfService.AtLeastOnce)
{
    /// <summary>Do not send back what this client published (MQTT 5).</summary>
    public bool NoLocal { get; init; }

    /// <summary>Keep the retain flag as it was published (MQTT 5).</summary>
    public bool RetainAsPublished { get; init; }

    /// <summary>Whether retained messages are wanted (MQTT 5).</summary>
    public MqttRetainHandling RetainHandling { get; init; }
}

/// <summary>Whether retained messages are sent when a subscription is made (MQTT 5).</summary>
public enum MqttRetainHandling
{
    /// <summary>At every SUBSCRIBE.</summary>
    SendAlways = 0,

    /// <summary>Only when the subscription did not exist yet.</summary>
    SendIfNew = 1,

    /// <summary>Never.</summary>
    DoNotSend = 2,
}
