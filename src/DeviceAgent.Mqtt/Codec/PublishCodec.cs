using DeviceAgent.Mqtt.Packets;

namespace DeviceAgent.Mqtt.Codec;

internal static class PublishCodec
{
    public static void Write(PacketWriter writer, PublishPacket packet, MqttProtocolVersion version)
    {
        var aliased = version == MqttProtocolVersion.V5 && packet.Topic.Length == 0 && packet.Properties?.TopicAlias is not null;
        if (!aliased && !MqttTopicRules.IsTopic(packet.Topic)) throw new ArgumentException($"'{packet.Topic}' is not a topic.");
        writer.Text(packet.Topic);
        if (packet.QualityOfService != MqttQualityOfService.AtMostOnce) writer.PacketId(packet.PacketId);
        PropertyWriter.Write(writer, packet.Properties, PropertyOwner.Publish, version);
        writer.Bytes(packet.Payload.Span);
    }

    public static PublishPacket Read(ref PacketReader reader, byte first, MqttProtocolVersion version)
    {
        var (qos, retain, duplicate) = FixedHeader.PublishFlags(first);
        var topic = reader.Text();
        if (topic.Length > 0 || version != MqttProtocolVersion.V5) MqttTopicRules.CheckedTopic(topic);
        var packetId = qos == MqttQualityOfService.AtMostOnce ? (ushort)0 : reader.PacketId();
        var properties = PropertyReader.Read(ref reader, PropertyOwner.Publish, version);
        if (topic.Length == 0 && properties?.TopicAlias is null) throw MqttProtocolException.Error("PUBLISH with neither topic nor alias.");
        return new PublishPacket
        {
            Topic = topic,
            PacketId = packetId,
            QualityOfService = qos,
            Retain = retain,
            Duplicate = duplicate,
            Properties = properties,
            Payload = reader.Remainder(),
        };
    }
}
