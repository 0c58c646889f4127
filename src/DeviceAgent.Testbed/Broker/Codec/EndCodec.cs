
namespace DeviceAgent.Testbed.Broker.Codec;

/// <summary>DISCONNECT and AUTH: an optional reason, optional properties.</summary>
internal static class EndCodec
{
    public static void Write(PacketWriter writer, DisconnectPacket packet, ProtocolVersion version) =>
        Write(writer, packet.Type, packet.ReasonCode, packet.Properties, PropertyOwner.Disconnect, version);

    public static void Write(PacketWriter writer, AuthPacket packet, ProtocolVersion version)
    {
        if (version != ProtocolVersion.V5) throw new ArgumentException("MQTT 3.1.1 has no AUTH.");
        Write(writer, packet.Type, packet.ReasonCode, packet.Properties, PropertyOwner.Auth, version);
    }

    public static DisconnectPacket ReadDisconnect(ref PacketReader reader, ProtocolVersion version)
    {
        if (version != ProtocolVersion.V5 || reader.AtEnd) return new DisconnectPacket();
        var reason = ReasonCodes.Read(ref reader, PacketType.Disconnect);
        return new DisconnectPacket { ReasonCode = reason, Properties = ReadProperties(ref reader, PropertyOwner.Disconnect) };
    }

    public static AuthPacket ReadAuth(ref PacketReader reader)
    {
        if (reader.AtEnd) return new AuthPacket();
        var reason = ReasonCodes.Read(ref reader, PacketType.Auth);
        return new AuthPacket { ReasonCode = reason, Properties = ReadProperties(ref reader, PropertyOwner.Auth) };
    }

    private static void Write(
        PacketWriter writer, PacketType type, ReasonCode reason, MqttProperties? properties, PropertyOwner owner, ProtocolVersion version)
    {
        if (version != ProtocolVersion.V5 || (reason == ReasonCode.Success && properties is null)) return;
        ReasonCodes.Write(writer, reason, type);
        if (properties is not null) PropertyWriter.Write(writer, properties, owner, version);
    }

    private static MqttProperties? ReadProperties(ref PacketReader reader, PropertyOwner owner) =>
        reader.AtEnd ? null : PropertyReader.Read(ref reader, owner, ProtocolVersion.V5);
}
