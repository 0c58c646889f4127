using DeviceAgent.Mqtt.Packets;

namespace DeviceAgent.Mqtt.Codec;

/// <summary>Which reason codes a packet may carry (MQTT 5, table 2-6), and the return codes of 3.1.1.</summary>
internal static class ReasonCodes
{
    private static readonly Dictionary<MqttPacketType, HashSet<byte>> Allowed = new()
    {
        [MqttPacketType.ConnAck] =
        [
            0x00, 0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8A, 0x8C, 0x90, 0x95, 0x97, 0x99, 0x9A, 0x9B, 0x9C, 0x9D, 0x9F,
        ],
        [MqttPacketType.PubAck] = [0x00, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99],
        [MqttPacketType.PubRec] = [0x00, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99],
        [MqttPacketType.PubRel] = [0x00, 0x92],
        [MqttPacketType.PubComp] = [0x00, 0x92],
        [MqttPacketType.SubAck] = [0x00, 0x01, 0x02, 0x80, 0x83, 0x87, 0x8F, 0x91, 0x97, 0x9E, 0xA1, 0xA2],
        [MqttPacketType.UnsubAck] = [0x00, 0x11, 0x80, 0x83, 0x87, 0x8F, 0x91],
        [MqttPacketType.Disconnect] =
        [
            0x00, 0x04, 0x80, 0x81, 0x82, 0x83, 0x87, 0x89, 0x8B, 0x8C, 0x8D, 0x8E, 0x8F, 0x90, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99, 0x9A, 0x9B,
            0x9C, 0x9D, 0x9E, 0x9F, 0xA0, 0xA1, 0xA2,
        ],
        [MqttPacketType.Auth] = [0x00, 0x18, 0x19],
    };

    public static MqttReasonCode Read(ref PacketReader reader, MqttPacketType type)
    {
        var code = reader.Byte();
        return Allowed[type].Contains(code)
            ? (MqttReasonCode)code
            : throw MqttProtocolException.Error($"Reason code 0x{code:X2} in {type}.");
    }

    public static void Write(PacketWriter writer, MqttReasonCode code, MqttPacketType type)
    {
        if (!Allowed[type].Contains((byte)code)) throw new ArgumentException($"Reason code {code} has no place in {type}.");
        writer.Byte((int)code);
    }

    /// <summary>A CONNACK return code of 3.1.1 in the words of 5; 7 is AWS IoT's «not authorized».</summary>
    public static MqttReasonCode OfReturnCode(byte code) => code switch
    {
        0 => MqttReasonCode.Success,
        1 => MqttReasonCode.UnsupportedProtocolVersion,
        2 => MqttReasonCode.ClientIdentifierNotValid,
        3 => MqttReasonCode.ServerUnavailable,
        4 => MqttReasonCode.BadUserNameOrPassword,
        5 or 7 => MqttReasonCode.NotAuthorized,
        _ => MqttReasonCode.UnspecifiedError,
    };

    /// <summary>The return code of 3.1.1 for a reason; what it has no word for is «server unavailable».</summary>
    public static byte ToReturnCode(MqttReasonCode reason) => reason switch
    {
        MqttReasonCode.Success => 0,
        MqttReasonCode.UnsupportedProtocolVersion => 1,
        MqttReasonCode.ClientIdentifierNotValid => 2,
        MqttReasonCode.BadUserNameOrPassword => 4,
        MqttReasonCode.NotAuthorized or MqttReasonCode.Banned or MqttReasonCode.BadAuthenticationMethod => 5,
        _ => 3,
    };
}
