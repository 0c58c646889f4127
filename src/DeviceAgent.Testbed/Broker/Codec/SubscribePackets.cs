namespace DeviceAgent.Testbed.Broker.Codec;

/// <summary>SUBSCRIBE: asks for subscriptions.</summary>
public sealed record SubscribePacket() : MqttPacket(PacketType.Subscribe)
{
    /// <summary>1 to 65535; the SUBACK has the same.</summary>
    public required ushort PacketId { get; init; }

    /// <summary>At least one.</summary>
    public required IReadOnlyList<TopicFilter> Filters { get; init; }

    /// <summary>MQTT 5 properties.</summary>
    public MqttProperties? Properties { get; init; }
}

/// <summary>A subscription.</summary>
/// <param name="Filter">A topic, <c>+</c> and <c>#</c> allowed.</param>
/// <param name="QualityOfService">The highest QoS of messages on it.</param>
public sealed record TopicFilter(string Filter, QualityOfService QualityOfService = QualityOfService.AtLeastOnce)
{
    /// <summary>Do not send back what this client published (MQTT 5).</summary>
    public bool NoLocal { get; init; }

    /// <summary>Keep the retain flag as it was published (MQTT 5).</summary>
    public bool RetainAsPublished { get; init; }

    /// <summary>Whether retained messages are wanted (MQTT 5).</summary>
    public RetainHandling RetainHandling { get; init; }
}

/// <summary>Whether retained messages are sent when a subscription is made (MQTT 5).</summary>
public enum RetainHandling
{
    /// <summary>At every SUBSCRIBE.</summary>
    SendAlways = 0,

    /// <summary>Only when the subscription did not exist yet.</summary>
    SendIfNew = 1,

    /// <summary>Never.</summary>
    DoNotSend = 2,
}

/// <summary>SUBACK: the answer to SUBSCRIBE.</summary>
public sealed record SubAckPacket() : MqttPacket(PacketType.SubAck)
{
    /// <summary>The id of the SUBSCRIBE.</summary>
    public required ushort PacketId { get; init; }

    /// <summary>One for each filter, in order.</summary>
    public required IReadOnlyList<ReasonCode> ReasonCodes { get; init; }

    /// <summary>MQTT 5 properties.</summary>
    public MqttProperties? Properties { get; init; }
}

/// <summary>UNSUBSCRIBE: ends subscriptions.</summary>
public sealed record UnsubscribePacket() : MqttPacket(PacketType.Unsubscribe)
{
    /// <summary>1 to 65535; the UNSUBACK has the same.</summary>
    public required ushort PacketId { get; init; }

    /// <summary>At least one.</summary>
    public required IReadOnlyList<string> Filters { get; init; }

    /// <summary>MQTT 5 properties.</summary>
    public MqttProperties? Properties { get; init; }
}

/// <summary>UNSUBACK: the answer to UNSUBSCRIBE.</summary>
public sealed record UnsubAckPacket() : MqttPacket(PacketType.UnsubAck)
{
    /// <summary>The id of the UNSUBSCRIBE.</summary>
    public required ushort PacketId { get; init; }

    /// <summary>One for each filter, in order; empty in 3.1.1, which has none.</summary>
    public IReadOnlyList<ReasonCode> ReasonCodes { get; init; } = [];

    /// <summary>MQTT 5 properties.</summary>
    public MqttProperties? Properties { get; init; }
}
