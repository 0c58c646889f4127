using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using MQTTnet;
using MQTTnet.Packets;
using MQTTnet.Protocol;

namespace DeviceAgent.Mqtt.Connections;

/// <summary>Messages, filters and verdicts, in our words and in MQTTnet's.</summary>
internal static class MessageMapping
{
    public static MqttApplicationMessage ToNet(MqttMessage message) => new()
    {
        Topic = message.Topic,
        Payload = new ReadOnlySequence<byte>(message.Payload),
        QualityOfServiceLevel = (MqttQualityOfServiceLevel)(int)message.QualityOfService,
        Retain = message.Retain,
        ContentType = message.ContentType,
        ResponseTopic = message.ResponseTopic,
        CorrelationData = ArrayOf(message.CorrelationData),
        MessageExpiryInterval = SecondsOf(message.Expiry),
        UserProperties = PropertiesOf(message),
    };

    public static MQTTnet.Packets.MqttTopicFilter ToNet(MqttTopicFilter filter) => new()
    {
        Topic = filter.Filter,
        QualityOfServiceLevel = (MqttQualityOfServiceLevel)(int)filter.QualityOfService,
        NoLocal = filter.NoLocal,
        RetainAsPublished = filter.RetainAsPublished,
        RetainHandling = (MQTTnet.Protocol.MqttRetainHandling)(int)filter.RetainHandling,
    };

    public static MqttMessage ToMessage(MqttPublishPacket packet) => new(packet.Topic, packet.Payload.IsSingleSegment ? packet.Payload.First : packet.Payload.ToArray())
    {
        QualityOfService = (MqttQualityOfService)(int)packet.QualityOfServiceLevel,
        Retain = packet.Retain,
        Duplicate = packet.Dup,
        ContentType = packet.ContentType,
        ResponseTopic = packet.ResponseTopic,
        CorrelationData = packet.CorrelationData is { } data ? new ReadOnlyMemory<byte>(data) : null,
        Expiry = packet.MessageExpiryInterval > 0 ? TimeSpan.FromSeconds(packet.MessageExpiryInterval) : null,
        UserProperties = packet.UserProperties is { } properties
            ? [.. properties.Select(p => new MqttUserProperty(p.Name, Encoding.UTF8.GetString(p.ValueBuffer.Span)))]
            : [],
    };

    /// <summary>Null when there is none.</summary>
    public static List<MQTTnet.Packets.MqttUserProperty>? PropertiesOf(MqttMessage message) => message.UserProperties.Count == 0
        ? null
        : [.. message.UserProperties.Select(p => new MQTTnet.Packets.MqttUserProperty(p.Name, new ReadOnlyMemory<byte>(Encoding.UTF8.GetBytes(p.Value))))];

    public static byte[]? ArrayOf(ReadOnlyMemory<byte>? memory)
    {
        if (memory is not { } bytes) return null;
        return MemoryMarshal.TryGetArray(bytes, out var segment) && segment.Offset == 0 && segment.Count == segment.Array!.Length ? segment.Array : bytes.ToArray();
    }

    /// <summary>0 for none, which is how MQTTnet says it.</summary>
    public static uint SecondsOf(TimeSpan? time) => (uint)(time ?? TimeSpan.Zero).TotalSeconds;
}
