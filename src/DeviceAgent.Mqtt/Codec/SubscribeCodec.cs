using DeviceAgent.Mqtt.Packets;

namespace DeviceAgent.Mqtt.Codec;

/// <summary>SUBSCRIBE and SUBACK.</summary>
internal static class SubscribeCodec
{
    private const int NoLocal = 0x04;
    private const int RetainAsPublished = 0x08;

    public static void Write(PacketWriter writer, SubscribePacket packet, MqttProtocolVersion version)
    {
        if (packet.Filters.Count == 0) throw new ArgumentException("SUBSCRIBE without a filter.");
        writer.PacketId(packet.PacketId);
        PropertyWriter.Write(writer, packet.Properties, PropertyOwner.Subscribe, version);
        foreach (var filter in packet.Filters)
        {
            if (!MqttTopicRules.IsFilter(filter.Filter)) throw new ArgumentException($"'{filter.Filter}' is not a topic filter.");
            if (filter.QualityOfService is < MqttQualityOfService.AtMostOnce or > MqttQualityOfService.ExactlyOnce)
                throw new ArgumentException($"QoS {(int)filter.QualityOfService}.");
            writer.Text(filter.Filter);
            writer.Byte((int)filter.QualityOfService | (version == MqttProtocolVersion.V5 ? OptionsOf(filter) : 0));
        }
    }

    public static SubscribePacket ReadRequest(ref PacketReader reader, MqttProtocolVersion version)
    {
        var packetId = reader.PacketId();
        var properties = PropertyReader.Read(ref reader, PropertyOwner.Subscribe, version);
        var filters = new List<MqttTopicFilter>();
        while (!reader.AtEnd) filters.Add(ReadFilter(ref reader, version));
        if (filters.Count == 0) throw MqttProtocolException.Error("SUBSCRIBE without a filter.");
        return new SubscribePacket { PacketId = packetId, Filters = filters, Properties = properties };
    }

    public static void Write(PacketWriter writer, SubAckPacket packet, MqttProtocolVersion version)
    {
        if (packet.ReasonCodes.Count == 0) throw new ArgumentException("SUBACK without a reason code.");
        writer.PacketId(packet.PacketId);
        PropertyWriter.Write(writer, packet.Properties, PropertyOwner.SubAck, version);
        foreach (var code in packet.ReasonCodes)
        {
            if (version == MqttProtocolVersion.V5) ReasonCodes.Write(writer, code, MqttPacketType.SubAck);
            else writer.Byte(code >= MqttReasonCode.UnspecifiedError ? (int)MqttReasonCode.UnspecifiedError : (int)code);
        }
    }

    public static SubAckPacket ReadAnswer(ref PacketReader reader, MqttProtocolVersion version)
    {
        var packetId = reader.PacketId();
        var properties = PropertyReader.Read(ref reader, PropertyOwner.SubAck, version);
        if (reader.AtEnd) throw MqttProtocolException.Error("SUBACK without a reason code.");
        var codes = new MqttReasonCode[reader.Left];
        for (var i = 0; i < codes.Length; i++)
        {
            codes[i] = ReasonCodes.Read(ref reader, MqttPacketType.SubAck);
            if (version != MqttProtocolVersion.V5 && codes[i] > MqttReasonCode.UnspecifiedError)
                throw MqttProtocolException.Error($"Return code 0x{(int)codes[i]:X2} in SUBACK.");
        }

        return new SubAckPacket { PacketId = packetId, ReasonCodes = codes, Properties = properties };
    }

    private static int OptionsOf(MqttTopicFilter filter)
    {
        if (!MqttTopicRules.IsFilterOrShared(filter.Filter)) throw new ArgumentException($"'{filter.Filter}' is not a shared subscription.");
        if (filter.NoLocal && MqttTopicRules.IsShared(filter.Filter)) throw new ArgumentException("A shared subscription cannot be «no local».");
        if (filter.RetainHandling is < MqttRetainHandling.SendAlways or > MqttRetainHandling.DoNotSend)
            throw new ArgumentException($"Retain handling {(int)filter.RetainHandling}.");
        return (filter.NoLocal ? NoLocal : 0) | (filter.RetainAsPublished ? RetainAsPublished : 0) | ((int)filter.RetainHandling << 4);
    }

    private static MqttTopicFilter ReadFilter(ref PacketReader reader, MqttProtocolVersion version)
    {
        var filter = MqttTopicRules.CheckedFilter(reader.Text(), version);
        var options = reader.Byte();
        if ((options & (version == MqttProtocolVersion.V5 ? 0xC0 : 0xFC)) != 0) throw MqttProtocolException.Malformed("Reserved subscription options.");
        if ((options & 3) == 3) throw MqttProtocolException.Malformed("A subscription with QoS 3.");
        if (((options >> 4) & 3) == 3) throw MqttProtocolException.Error("Retain handling 3.");
        if (version == MqttProtocolVersion.V5 && (options & NoLocal) != 0 && MqttTopicRules.IsShared(filter))
            throw MqttProtocolException.Error("A shared subscription with «no local».");
        return new MqttTopicFilter(filter, (MqttQualityOfService)(options & 3))
        {
            NoLocal = (options & NoLocal) != 0,
            RetainAsPublished = (options & RetainAsPublished) != 0,
            RetainHandling = (MqttRetainHandling)((options >> 4) & 3),
        };
    }
}
