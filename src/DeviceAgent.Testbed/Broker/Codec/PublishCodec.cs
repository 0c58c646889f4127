namespace DeviceAgent.Testbed.Broker.Codec;

internal static class PublishCodec
{
    public static void Write(PacketWriter writer, PublishPacket packet, ProtocolVersion version)
    {
        var aliased = version == ProtocolVersion.V5 && packet.Topic.Length == 0 && packet.Properties?.TopicAlias is not null;
        if (!aliased && !TopicRules.IsTopic(packet.Topic)) throw new ArgumentException($"'{packet.Topic}' is not a topic.");
        writer.Text(packet.Topic);
        if (packet.QualityOfService != QualityOfService.AtMostOnce) writer.PacketId(packet.PacketId);
        PropertyWriter.Write(writer, packet.Properties, PropertyOwner.Publish, version);
        writer.Bytes(packet.Payload.Span);
    }

    public static PublishPacket Read(ref PacketReader reader, byte first, ProtocolVersion version)
    {
        var (qos, retain, duplicate) = FixedHeader.PublishFlags(first);
        var topic = reader.Text();
        if (topic.Length > 0 || version != ProtocolVersion.V5) TopicRules.CheckedTopic(topic);
        var packetId = qos == QualityOfService.AtMostOnce ? (ushort)0 : reader.PacketId();
        var properties = PropertyReader.Read(ref reader, PropertyOwner.Publish, version);
        if (topic.Length == 0 && properties?.TopicAlias is null) throw ProtocolException.Error("PUBLISH with neither topic nor alias.");
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

/// <summary>PUBACK, PUBREC, PUBREL, PUBCOMP.</summary>
internal static class PublishReplyCodec
{
    public static void Write(PacketWriter writer, PublishReplyPacket packet, ProtocolVersion version)
    {
        writer.PacketId(packet.PacketId);
        if (version != ProtocolVersion.V5 || (packet.ReasonCode == ReasonCode.Success && packet.Properties is null)) return;
        ReasonCodes.Write(writer, packet.ReasonCode, packet.Type);
        if (packet.Properties is not null) PropertyWriter.Write(writer, packet.Properties, PropertyOwner.PublishReply, version);
    }

    public static PublishReplyPacket Read(ref PacketReader reader, PacketType type, ProtocolVersion version)
    {
        var packetId = reader.PacketId();
        // Success without properties may be left out, and no properties may leave out their length.
        var detailed = version == ProtocolVersion.V5;
        var reason = detailed && !reader.AtEnd ? ReasonCodes.Read(ref reader, type) : ReasonCode.Success;
        var properties = detailed && !reader.AtEnd ? PropertyReader.Read(ref reader, PropertyOwner.PublishReply, version) : null;
        return type switch
        {
            PacketType.PubAck => new PubAckPacket { PacketId = packetId, ReasonCode = reason, Properties = properties },
            PacketType.PubRec => new PubRecPacket { PacketId = packetId, ReasonCode = reason, Properties = properties },
            PacketType.PubRel => new PubRelPacket { PacketId = packetId, ReasonCode = reason, Properties = properties },
            _ => new PubCompPacket { PacketId = packetId, ReasonCode = reason, Properties = properties },
        };
    }
}
