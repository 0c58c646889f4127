namespace DeviceAgent.Testbed.Broker.Codec;

/// <summary>SUBSCRIBE and SUBACK.</summary>
internal static class SubscribeCodec
{
    private const int NoLocal = 0x04;
    private const int RetainAsPublished = 0x08;

    public static void Write(PacketWriter writer, SubscribePacket packet, ProtocolVersion version)
    {
        if (packet.Filters.Count == 0) throw new ArgumentException("SUBSCRIBE without a filter.");
        writer.PacketId(packet.PacketId);
        PropertyWriter.Write(writer, packet.Properties, PropertyOwner.Subscribe, version);
        foreach (var filter in packet.Filters)
        {
            if (!TopicRules.IsFilter(filter.Filter)) throw new ArgumentException($"'{filter.Filter}' is not a topic filter.");
            if (filter.QualityOfService is < QualityOfService.AtMostOnce or > QualityOfService.ExactlyOnce)
                throw new ArgumentException($"QoS {(int)filter.QualityOfService}.");
            writer.Text(filter.Filter);
            writer.Byte((int)filter.QualityOfService | (version == ProtocolVersion.V5 ? OptionsOf(filter) : 0));
        }
    }

    public static SubscribePacket ReadRequest(ref PacketReader reader, ProtocolVersion version)
    {
        var packetId = reader.PacketId();
        var properties = PropertyReader.Read(ref reader, PropertyOwner.Subscribe, version);
        var filters = new List<TopicFilter>();
        while (!reader.AtEnd) filters.Add(ReadFilter(ref reader, version));
        if (filters.Count == 0) throw ProtocolException.Error("SUBSCRIBE without a filter.");
        return new SubscribePacket { PacketId = packetId, Filters = filters, Properties = properties };
    }

    public static void Write(PacketWriter writer, SubAckPacket packet, ProtocolVersion version)
    {
        if (packet.ReasonCodes.Count == 0) throw new ArgumentException("SUBACK without a reason code.");
        writer.PacketId(packet.PacketId);
        PropertyWriter.Write(writer, packet.Properties, PropertyOwner.SubAck, version);
        foreach (var code in packet.ReasonCodes)
        {
            if (version == ProtocolVersion.V5) ReasonCodes.Write(writer, code, PacketType.SubAck);
            else writer.Byte(code >= ReasonCode.UnspecifiedError ? (int)ReasonCode.UnspecifiedError : (int)code);
        }
    }

    public static SubAckPacket ReadAnswer(ref PacketReader reader, ProtocolVersion version)
    {
        var packetId = reader.PacketId();
        var properties = PropertyReader.Read(ref reader, PropertyOwner.SubAck, version);
        if (reader.AtEnd) throw ProtocolException.Error("SUBACK without a reason code.");
        var codes = new ReasonCode[reader.Left];
        for (var i = 0; i < codes.Length; i++)
        {
            codes[i] = ReasonCodes.Read(ref reader, PacketType.SubAck);
            if (version != ProtocolVersion.V5 && codes[i] > ReasonCode.UnspecifiedError)
                throw ProtocolException.Error($"Return code 0x{(int)codes[i]:X2} in SUBACK.");
        }

        return new SubAckPacket { PacketId = packetId, ReasonCodes = codes, Properties = properties };
    }

    private static int OptionsOf(TopicFilter filter)
    {
        if (!TopicRules.IsFilterOrShared(filter.Filter)) throw new ArgumentException($"'{filter.Filter}' is not a shared subscription.");
        if (filter.NoLocal && TopicRules.IsShared(filter.Filter)) throw new ArgumentException("A shared subscription cannot be «no local».");
        if (filter.RetainHandling is < RetainHandling.SendAlways or > RetainHandling.DoNotSend)
            throw new ArgumentException($"Retain handling {(int)filter.RetainHandling}.");
        return (filter.NoLocal ? NoLocal : 0) | (filter.RetainAsPublished ? RetainAsPublished : 0) | ((int)filter.RetainHandling << 4);
    }

    private static TopicFilter ReadFilter(ref PacketReader reader, ProtocolVersion version)
    {
        var filter = TopicRules.CheckedFilter(reader.Text(), version);
        var options = reader.Byte();
        if ((options & (version == ProtocolVersion.V5 ? 0xC0 : 0xFC)) != 0) throw ProtocolException.Malformed("Reserved subscription options.");
        if ((options & 3) == 3) throw ProtocolException.Malformed("A subscription with QoS 3.");
        if (((options >> 4) & 3) == 3) throw ProtocolException.Error("Retain handling 3.");
        if (version == ProtocolVersion.V5 && (options & NoLocal) != 0 && TopicRules.IsShared(filter))
            throw ProtocolException.Error("A shared subscription with «no local».");
        return new TopicFilter(filter, (QualityOfService)(options & 3))
        {
            NoLocal = (options & NoLocal) != 0,
            RetainAsPublished = (options & RetainAsPublished) != 0,
            RetainHandling = (RetainHandling)((options >> 4) & 3),
        };
    }
}

/// <summary>UNSUBSCRIBE and UNSUBACK.</summary>
internal static class UnsubscribeCodec
{
    public static void Write(PacketWriter writer, UnsubscribePacket packet, ProtocolVersion version)
    {
        if (packet.Filters.Count == 0) throw new ArgumentException("UNSUBSCRIBE without a filter.");
        writer.PacketId(packet.PacketId);
        PropertyWriter.Write(writer, packet.Properties, PropertyOwner.Unsubscribe, version);
        foreach (var filter in packet.Filters)
        {
            if (!TopicRules.IsFilter(filter)) throw new ArgumentException($"'{filter}' is not a topic filter.");
            writer.Text(filter);
        }
    }

    public static UnsubscribePacket ReadRequest(ref PacketReader reader, ProtocolVersion version)
    {
        var packetId = reader.PacketId();
        var properties = PropertyReader.Read(ref reader, PropertyOwner.Unsubscribe, version);
        var filters = new List<string>();
        while (!reader.AtEnd) filters.Add(TopicRules.CheckedFilter(reader.Text(), version));
        if (filters.Count == 0) throw ProtocolException.Error("UNSUBSCRIBE without a filter.");
        return new UnsubscribePacket { PacketId = packetId, Filters = filters, Properties = properties };
    }

    public static void Write(PacketWriter writer, UnsubAckPacket packet, ProtocolVersion version)
    {
        writer.PacketId(packet.PacketId);
        if (version != ProtocolVersion.V5) return;
        if (packet.ReasonCodes.Count == 0) throw new ArgumentException("UNSUBACK without a reason code.");
        PropertyWriter.Write(writer, packet.Properties, PropertyOwner.UnsubAck, version);
        foreach (var code in packet.ReasonCodes) ReasonCodes.Write(writer, code, PacketType.UnsubAck);
    }

    public static UnsubAckPacket ReadAnswer(ref PacketReader reader, ProtocolVersion version)
    {
        var packetId = reader.PacketId();
        if (version != ProtocolVersion.V5) return new UnsubAckPacket { PacketId = packetId };
        var properties = PropertyReader.Read(ref reader, PropertyOwner.UnsubAck, version);
        if (reader.AtEnd) throw ProtocolException.Error("UNSUBACK without a reason code.");
        var codes = new ReasonCode[reader.Left];
        for (var i = 0; i < codes.Length; i++) codes[i] = ReasonCodes.Read(ref reader, PacketType.UnsubAck);
        return new UnsubAckPacket { PacketId = packetId, ReasonCodes = codes, Properties = properties };
    }
}
