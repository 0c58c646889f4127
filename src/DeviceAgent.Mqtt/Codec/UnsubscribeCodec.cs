using DeviceAgent.Mqtt.Packets;

namespace DeviceAgent.Mqtt.Codec;

/// <summary>UNSUBSCRIBE and UNSUBACK.</summary>
internal static class UnsubscribeCodec
{
    public static void Write(PacketWriter writer, UnsubscribePacket packet, MqttProtocolVersion version)
    {
        if (packet.Filters.Count == 0) throw new ArgumentException("UNSUBSCRIBE without a filter.");
        writer.PacketId(packet.PacketId);
        PropertyWriter.Write(writer, packet.Properties, PropertyOwner.Unsubscribe, version);
        foreach (var filter in packet.Filters)
        {
            if (!MqttTopicRules.IsFilter(filter)) throw new ArgumentException($"'{filter}' is not a topic filter.");
            writer.Text(filter);
        }
    }

    public static UnsubscribePacket ReadRequest(ref PacketReader reader, MqttProtocolVersion version)
    {
        var packetId = reader.PacketId();
        var properties = PropertyReader.Read(ref reader, PropertyOwner.Unsubscribe, version);
        var filters = new List<string>();
        while (!reader.AtEnd) filters.Add(MqttTopicRules.CheckedFilter(reader.Text(), version));
        if (filters.Count == 0) throw MqttProtocolException.Error("UNSUBSCRIBE without a filter.");
        return new UnsubscribePacket { PacketId = packetId, Filters = filters, Properties = properties };
    }

    public static void Write(PacketWriter writer, UnsubAckPacket packet, MqttProtocolVersion version)
    {
        writer.PacketId(packet.PacketId);
        if (version != MqttProtocolVersion.V5) return;
        if (packet.ReasonCodes.Count == 0) throw new ArgumentException("UNSUBACK without a reason code.");
        PropertyWriter.Write(writer, packet.Properties, PropertyOwner.UnsubAck, version);
        foreach (var code in packet.ReasonCodes) ReasonCodes.Write(writer, code, MqttPacketType.UnsubAck);
    }

    public static UnsubAckPacket ReadAnswer(ref PacketReader reader, MqttProtocolVersion version)
    {
        var packetId = reader.PacketId();
        if (version != MqttProtocolVersion.V5) return new UnsubAckPacket { PacketId = packetId };
        var properties = PropertyReader.Read(ref reader, PropertyOwner.UnsubAck, version);
        if (reader.AtEnd) throw MqttProtocolException.Error("UNSUBACK without a reason code.");
        var codes = new MqttReasonCode[reader.Left];
        for (var i = 0; i < codes.Length; i++) codes[i] = ReasonCodes.Read(ref reader, MqttPacketType.UnsubAck);
        return new UnsubAckPacket { PacketId = packetId, ReasonCodes = codes, Properties = properties };
    }
}
