using DeviceAgent.Testbed.Broker.Codec;


namespace DeviceAgent.Testbed.Broker;

/// <summary>A message inside the broker.</summary>
/// <param name="Topic">Where to.</param>
/// <param name="Payload">The content.</param>
internal sealed record BrokerMessage(string Topic, ReadOnlyMemory<byte> Payload)
{
    public QualityOfService QualityOfService { get; init; } = QualityOfService.AtLeastOnce;

    public bool Retain { get; init; }

    /// <summary>The client that published it; null is the cloud itself.</summary>
    public string? Sender { get; init; }

    /// <summary>What MQTT 5 passes on to the receiver: format, type, response topic, correlation data, user properties.</summary>
    public MqttProperties? Properties { get; init; }

    /// <summary>When it expires, by the cloud's clock; null is never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>The message that a client published.</summary>
    public static BrokerMessage From(
        string sender, string topic, ReadOnlyMemory<byte> payload, QualityOfService qos, bool retain, MqttProperties? properties, DateTimeOffset now) => new(topic, payload)
        {
            QualityOfService = qos,
            Retain = retain,
            Sender = sender,
            Properties = PassedOn(properties),
            ExpiresAt = properties?.MessageExpiryInterval is { } seconds ? now.AddSeconds(seconds) : null,
        };

    /// <summary>The packet for a subscriber; null when it has expired.</summary>
    public PublishPacket? ToPacket(QualityOfService qos, bool retain, DateTimeOffset now)
    {
        if (ExpiresAt <= now) return null;
        var properties = Properties;
        if (ExpiresAt is { } end) properties = (properties ?? new MqttProperties()) with { MessageExpiryInterval = (uint)Math.Ceiling((end - now).TotalSeconds) };
        return new PublishPacket { Topic = Topic, Payload = Payload, QualityOfService = qos, Retain = retain, Properties = properties };
    }

    private static MqttProperties? PassedOn(MqttProperties? sent) => sent is null
        ? null
        : new MqttProperties
        {
            PayloadFormatIndicator = sent.PayloadFormatIndicator,
            ContentType = sent.ContentType,
            ResponseTopic = sent.ResponseTopic,
            CorrelationData = sent.CorrelationData,
            UserProperties = sent.UserProperties,
        };
}
