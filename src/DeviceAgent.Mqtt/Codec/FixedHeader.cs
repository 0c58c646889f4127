using DeviceAgent.Mqtt.Packets;

namespace DeviceAgent.Mqtt.Codec;

/// <summary>The first byte: packet type and flags.</summary>
internal static class FixedHeader
{
    private const int PublishRetain = 1;
    private const int PublishDuplicate = 8;

    public static MqttPacketType TypeOf(byte first) => (MqttPacketType)(first >> 4);

    public static (MqttQualityOfService QualityOfService, bool Retain, bool Duplicate) PublishFlags(byte first) =>
        ((MqttQualityOfService)((first >> 1) & 3), (first & PublishRetain) != 0, (first & PublishDuplicate) != 0);

    public static int Of(MqttPacket packet) => ((int)packet.Type << 4) | (packet is PublishPacket publish ? FlagsOf(publish) : FlagsOf(packet.Type));

    /// <summary>Refuses a first byte that no packet of the version has, before its body is waited for.</summary>
    public static void Check(byte first, MqttProtocolVersion version)
    {
        var type = TypeOf(first);
        if (type == MqttPacketType.None) throw MqttProtocolException.Malformed("Packet type 0.");
        if (type == MqttPacketType.Auth && version != MqttProtocolVersion.V5) throw MqttProtocolException.Malformed("AUTH in MQTT 3.1.1.");
        if (type != MqttPacketType.Publish)
        {
            if ((first & 0x0F) != FlagsOf(type)) throw MqttProtocolException.Malformed($"{type} with flags {first & 0x0F:X}.");
            return;
        }

        var (qos, _, duplicate) = PublishFlags(first);
        if ((int)qos == 3) throw MqttProtocolException.Malformed("PUBLISH with QoS 3.");
        if (duplicate && qos == MqttQualityOfService.AtMostOnce) throw MqttProtocolException.Malformed("PUBLISH of QoS 0 with DUP.");
    }

    private static int FlagsOf(MqttPacketType type) =>
        type is MqttPacketType.PubRel or MqttPacketType.Subscribe or MqttPacketType.Unsubscribe ? 2 : 0;

    private static int FlagsOf(PublishPacket packet)
    {
        if (packet.QualityOfService is < MqttQualityOfService.AtMostOnce or > MqttQualityOfService.ExactlyOnce)
            throw new ArgumentException($"QoS {(int)packet.QualityOfService}.");
        if (packet.Duplicate && packet.QualityOfService == MqttQualityOfService.AtMostOnce)
            throw new ArgumentException("A message of QoS 0 is never a duplicate.");
        return ((int)packet.QualityOfService << 1) | (packet.Retain ? PublishRetain : 0) | (packet.Duplicate ? PublishDuplicate : 0);
    }
}
