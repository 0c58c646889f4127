using DeviceAgent.Mqtt.Packets;

namespace DeviceAgent.Mqtt.Codec;

internal static class ConnectCodec
{
    private const int CleanStart = 0x02;
    private const int HasWill = 0x04;
    private const int WillRetain = 0x20;
    private const int HasPassword = 0x40;
    private const int HasUserName = 0x80;

    public static void Write(PacketWriter writer, ConnectPacket packet)
    {
        if (packet.Version is not (MqttProtocolVersion.V311 or MqttProtocolVersion.V5)) throw new ArgumentException($"MQTT version {packet.Version}.");
        if (packet.Version == MqttProtocolVersion.V311 && packet.Password is not null && packet.UserName is null)
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
        if (level is not ((byte)MqttProtocolVersion.V311 or (byte)MqttProtocolVersion.V5)) throw Unsupported($"Protocol level {level}.");
        var version = (MqttProtocolVersion)level;
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

    private static WillMessage ReadWill(ref PacketReader reader, int flags, MqttProtocolVersion version)
    {
        var properties = PropertyReader.Read(ref reader, PropertyOwner.Will, version);
        return new WillMessage(MqttTopicRules.CheckedTopic(reader.Text()), reader.Binary())
        {
            QualityOfService = (MqttQualityOfService)((flags >> 3) & 3),
            Retain = (flags & WillRetain) != 0,
            Properties = properties,
        };
    }

    private static void CheckFlags(int flags, MqttProtocolVersion version)
    {
        if ((flags & 1) != 0) throw MqttProtocolException.Malformed("CONNECT with the reserved flag.");
        var willQos = (flags >> 3) & 3;
        if (willQos == 3) throw MqttProtocolException.Malformed("A will with QoS 3.");
        if ((flags & HasWill) == 0 && (willQos != 0 || (flags & WillRetain) != 0)) throw MqttProtocolException.Malformed("Flags of a will without a will.");
        if (version == MqttProtocolVersion.V311 && (flags & HasPassword) != 0 && (flags & HasUserName) == 0)
            throw MqttProtocolException.Malformed("A password without a user name.");
    }

    private static int FlagsOf(WillMessage? will)
    {
        if (will is null) return 0;
        if (!MqttTopicRules.IsTopic(will.Topic)) throw new ArgumentException($"'{will.Topic}' is not a topic for a will.");
        if (will.QualityOfService is < MqttQualityOfService.AtMostOnce or > MqttQualityOfService.ExactlyOnce)
            throw new ArgumentException($"QoS {(int)will.QualityOfService}.");
        return HasWill | ((int)will.QualityOfService << 3) | (will.Retain ? WillRetain : 0);
    }

    private static MqttProtocolException Unsupported(string message) => new(MqttReasonCode.UnsupportedProtocolVersion, message);
}
