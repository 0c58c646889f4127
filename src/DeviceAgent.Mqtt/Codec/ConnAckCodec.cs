using DeviceAgent.Mqtt.Packets;

namespace DeviceAgent.Mqtt.Codec;

internal static class ConnAckCodec
{
    public static void Write(PacketWriter writer, ConnAckPacket packet, MqttProtocolVersion version)
    {
        if (packet.SessionPresent && packet.ReasonCode != MqttReasonCode.Success) throw new ArgumentException("A refusal has no session.");
        writer.Byte(packet.SessionPresent ? 1 : 0);
        if (version == MqttProtocolVersion.V5) ReasonCodes.Write(writer, packet.ReasonCode, MqttPacketType.ConnAck);
        else writer.Byte(packet.ReturnCode ?? ReasonCodes.ToReturnCode(packet.ReasonCode));
        PropertyWriter.Write(writer, packet.Properties, PropertyOwner.ConnAck, version);
    }

    public static ConnAckPacket Read(ref PacketReader reader, MqttProtocolVersion version)
    {
        var flags = reader.Byte();
        if (flags > 1) throw MqttProtocolException.Malformed("CONNACK with reserved flags.");
        var returnCode = version == MqttProtocolVersion.V5 ? (byte?)null : reader.Byte();
        var reason = returnCode is { } code ? ReasonCodes.OfReturnCode(code) : ReasonCodes.Read(ref reader, MqttPacketType.ConnAck);
        if (flags == 1 && reason != MqttReasonCode.Success) throw MqttProtocolException.Error("A refusal with a session.");
        return new ConnAckPacket
        {
            SessionPresent = flags == 1,
            ReasonCode = reason,
            ReturnCode = returnCode,
            Properties = PropertyReader.Read(ref reader, PropertyOwner.ConnAck, version),
        };
    }
}
