using DeviceAgent.Mqtt.Packets;

namespace DeviceAgent.Mqtt.Codec;

/// <summary>PUBACK, PUBREC, PUBREL, PUBCOMP.</summary>
internal static class PublishReplyCodec
{
    public static void Write(PacketWriter writer, PublishReplyPacket packet, MqttProtocolVersion version)
    {
        writer.PacketId(packet.PacketId);
        if (version != MqttProtocolVersion.V5 || (packet.ReasonCode == MqttReasonCode.Success && packet.Properties is null)) return;
        ReasonCodes.Write(writer, packet.ReasonCode, packet.Type);
        if (packet.Properties is not null) PropertyWriter.Write(writer, packet.Properties, PropertyOwner.PublishReply, version);
    }

    public static PublishReplyPacket Read(ref PacketReader reader, MqttPacketType type, MqttProtocolVersion version)
    {
        var packetId = reader.PacketId();
        // Success without properties may be left out, and no properties may leave out their length.
        var detailed = version == MqttProtocolVersion.V5;
        var reason = detailed && !reader.AtEnd ? ReasonCodes.Read(ref reader, type) : MqttReasonCode.Success;
        var properties = detailed && !reader.AtEnd ? PropertyReader.Read(ref reader, PropertyOwner.PublishReply, version) : null;
        return type switch
        {
            MqttPacketType.PubAck => new PubAckPacket { PacketId = packetId, ReasonCode = reason, Properties = properties },
            MqttPacketType.PubRec => new PubRecPacket { PacketId = packetId, ReasonCode = reason, Properties = properties },
            MqttPacketType.PubRel => new PubRelPacket { PacketId = packetId, ReasonCode = reason, Properties = properties },
            _ => new PubCompPacket { PacketId = packetId, ReasonCode = reason, Properties = properties },
        };
    }
}
