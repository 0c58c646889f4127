using DeviceAgent.Mqtt.Packets;

namespace DeviceAgent.Mqtt.Connections;

/// <summary>Messages to PUBLISH packets and back.</summary>
internal static class PublishMapping
{
    public static PublishPacket ToPacket(MqttMessage message) => new()
    {
        Topic = message.Topic,
        Payload = message.Payload,
        QualityOfService = message.QualityOfService,
        Retain = message.Retain,
        Properties = PropertiesOf(message),
    };

    public static MqttMessage ToMessage(PublishPacket packet) => new(packet.Topic, packet.Payload)
    {
        QualityOfService = packet.QualityOfService,
        Retain = packet.Retain,
        Duplicate = packet.Duplicate,
        ContentType = packet.Properties?.ContentType,
        ResponseTopic = packet.Properties?.ResponseTopic,
        CorrelationData = packet.Properties?.CorrelationData,
        Expiry = packet.Properties?.MessageExpiryInterval is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
        UserProperties = packet.Properties?.UserProperties ?? [],
    };

    /// <summary>Null when the message has none.</summary>
    public static MqttProperties? PropertiesOf(MqttMessage message)
    {
        var none = message is { ContentType: null, ResponseTopic: null, CorrelationData: null, Expiry: null, UserProperties.Count: 0 };
        return none ? null : new MqttProperties
        {
            ContentType = message.ContentType,
            ResponseTopic = message.ResponseTopic,
            CorrelationData = message.CorrelationData,
            MessageExpiryInterval = message.Expiry is { } expiry ? (uint)Math.Clamp(expiry.TotalSeconds, 0, uint.MaxValue) : null,
            UserProperties = message.UserProperties,
        };
    }
}
