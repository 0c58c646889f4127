namespace DeviceAgent.Testbed.Broker.Codec;

internal static class ConnectCodec
{
    private const int CleanStart = 0x02;
    private const int HasWill = 0x04;
    private const int WillRetain = 0x20;
    private const int HasPassword = 0x40;
    private const int HasUserName = 0x80;

    public static void Write(PacketWriter writer, ConnectPacket packet)
    {
        if (packet.Version is not (ProtocolVersion.V311 or ProtocolVersion.V5)) throw new ArgumentException($"MQTT version {packet.Version}.");
        if (packet.Version == ProtocolVersion.V311 && packet.Password is not null && packet.UserName is null)
            throw new ArgumentException("MQTT 3.1.1 takes a password only with a user name.");
        writer.Text("MQTT");
        writer.Byte((int)packet.Version);
        writer.Byte((packet.CleanStart ? CleanStart : 0) | FlagsOf(packet.Will) | (packet.Password is null ? 0 : HasPassword) | (packet.UserName is null ? 0 : HasUserName));
        writer.UInt16(packet.KeepAlive);
        PropertyWriter.Write(writer, packet.Properties, PropertyOwner.Connect, packet.Version);
        writer.Text(packet.ClientId);
        if (packet.Will is { } will)
        {
            PropertyWriter.Write(writer, will.Properties, PropertyOwner.Will, packet.Version);
            writer.Text(will.Topic);
            writer.Binary(will.Payload.Span);
        }

        if (packet.UserName is not null) writer.Text(packet.UserName);
        if (packet.Password is { } password) writer.Binary(password.Span);
    }

    public static ConnectPacket Read(ref PacketReader reader)
    {
        if (reader.Text() != "MQTT") throw Unsupported("The protocol is not called MQTT.");
        var level = reader.Byte();
        if (level is not ((byte)ProtocolVersion.V311 or (byte)ProtocolVersion.V5)) throw Unsupported($"Protocol level {level}.");
        var version = (ProtocolVersion)level;
        var flags = reader.Byte();
        CheckFlags(flags, version);
        var keepAlive = reader.UInt16();
        var properties = PropertyReader.Read(ref reader, PropertyOwner.Connect, version);
        var clientId = reader.Text();
        var will = (flags & HasWill) != 0 ? ReadWill(ref reader, flags, version) : null;
        return new ConnectPacket
        {
            Version = version,
            ClientId = clientId,
            CleanStart = (flags & CleanStart) != 0,
            KeepAlive = keepAlive,
            Will = will,
            UserName = (flags & HasUserName) != 0 ? reader.Text() : null,
            Password = (flags & HasPassword) != 0 ? reader.Binary() : (ReadOnlyMemory<byte>?)null,
            Properties = properties,
        };
    }

    private static WillMessage ReadWill(ref PacketReader reader, int flags, ProtocolVersion version)
    {
        var properties = PropertyReader.Read(ref reader, PropertyOwner.Will, version);
        return new WillMessage(TopicRules.CheckedTopic(reader.Text()), reader.Binary())
        {
            QualityOfService = (QualityOfService)((flags >> 3) & 3),
            Retain = (flags & WillRetain) != 0,
            Properties = properties,
        };
    }

    private static void CheckFlags(int flags, ProtocolVersion version)
    {
        if ((flags & 1) != 0) throw ProtocolException.Malformed("CONNECT with the reserved flag.");
        var willQos = (flags >> 3) & 3;
        if (willQos == 3) throw ProtocolException.Malformed("A will with QoS 3.");
        if ((flags & HasWill) == 0 && (willQos != 0 || (flags & WillRetain) != 0)) throw ProtocolException.Malformed("Flags of a will without a will.");
        if (version == ProtocolVersion.V311 && (flags & HasPassword) != 0 && (flags & HasUserName) == 0)
            throw ProtocolException.Malformed("A password without a user name.");
    }

    private static int FlagsOf(WillMessage? will)
    {
        if (will is null) return 0;
        if (!TopicRules.IsTopic(will.Topic)) throw new ArgumentException($"'{will.Topic}' is not a topic for a will.");
        if (will.QualityOfService is < QualityOfService.AtMostOnce or > QualityOfService.ExactlyOnce)
            throw new ArgumentException($"QoS {(int)will.QualityOfService}.");
        return HasWill | ((int)will.QualityOfService << 3) | (will.Retain ? WillRetain : 0);
    }

    private static ProtocolException Unsupported(string message) => new(ReasonCode.UnsupportedProtocolVersion, message);
}

internal static class ConnAckCodec
{
    public static void Write(PacketWriter writer, ConnAckPacket packet, ProtocolVersion version)
    {
        if (packet.SessionPresent && packet.ReasonCode != ReasonCode.Success) throw new ArgumentException("A refusal has no session.");
        writer.Byte(packet.SessionPresent ? 1 : 0);
        if (version == ProtocolVersion.V5) ReasonCodes.Write(writer, packet.ReasonCode, PacketType.ConnAck);
        else writer.Byte(packet.ReturnCode ?? ReasonCodes.ToReturnCode(packet.ReasonCode));
        PropertyWriter.Write(writer, packet.Properties, PropertyOwner.ConnAck, version);
    }

    public static ConnAckPacket Read(ref PacketReader reader, ProtocolVersion version)
    {
        var flags = reader.Byte();
        if (flags > 1) throw ProtocolException.Malformed("CONNACK with reserved flags.");
        var returnCode = version == ProtocolVersion.V5 ? (byte?)null : reader.Byte();
        var reason = returnCode is { } code ? ReasonCodes.OfReturnCode(code) : ReasonCodes.Read(ref reader, PacketType.ConnAck);
        if (flags == 1 && reason != ReasonCode.Success) throw ProtocolException.Error("A refusal with a session.");
        return new ConnAckPacket
        {
            SessionPresent = flags == 1,
            ReasonCode = reason,
            ReturnCode = returnCode,
            Properties = PropertyReader.Read(ref reader, PropertyOwner.ConnAck, version),
        };
    }
}
