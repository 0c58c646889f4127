using System.Buffers;

namespace DeviceAgent.Testbed.Broker.Codec;

/// <summary>The first byte: packet type and flags.</summary>
internal static class FixedHeader
{
    private const int PublishRetain = 1;
    private const int PublishDuplicate = 8;

    public static PacketType TypeOf(byte first) => (PacketType)(first >> 4);

    public static (QualityOfService QualityOfService, bool Retain, bool Duplicate) PublishFlags(byte first) =>
        ((QualityOfService)((first >> 1) & 3), (first & PublishRetain) != 0, (first & PublishDuplicate) != 0);

    public static int Of(MqttPacket packet) => ((int)packet.Type << 4) | (packet is PublishPacket publish ? FlagsOf(publish) : FlagsOf(packet.Type));

    /// <summary>Refuses a first byte that no packet of the version has, before its body is waited for.</summary>
    public static void Check(byte first, ProtocolVersion version)
    {
        var type = TypeOf(first);
        if (type == PacketType.None) throw ProtocolException.Malformed("Packet type 0.");
        if (type == PacketType.Auth && version != ProtocolVersion.V5) throw ProtocolException.Malformed("AUTH in MQTT 3.1.1.");
        if (type != PacketType.Publish)
        {
            if ((first & 0x0F) != FlagsOf(type)) throw ProtocolException.Malformed($"{type} with flags {first & 0x0F:X}.");
            return;
        }

        var (qos, _, duplicate) = PublishFlags(first);
        if ((int)qos == 3) throw ProtocolException.Malformed("PUBLISH with QoS 3.");
        if (duplicate && qos == QualityOfService.AtMostOnce) throw ProtocolException.Malformed("PUBLISH of QoS 0 with DUP.");
    }

    private static int FlagsOf(PacketType type) =>
        type is PacketType.PubRel or PacketType.Subscribe or PacketType.Unsubscribe ? 2 : 0;

    private static int FlagsOf(PublishPacket packet)
    {
        if (packet.QualityOfService is < QualityOfService.AtMostOnce or > QualityOfService.ExactlyOnce)
            throw new ArgumentException($"QoS {(int)packet.QualityOfService}.");
        if (packet.Duplicate && packet.QualityOfService == QualityOfService.AtMostOnce)
            throw new ArgumentException("A message of QoS 0 is never a duplicate.");
        return ((int)packet.QualityOfService << 1) | (packet.Retain ? PublishRetain : 0) | (packet.Duplicate ? PublishDuplicate : 0);
    }
}

/// <summary>The first two to five bytes of a packet.</summary>
internal static class Frame
{
    /// <summary>Reads the fixed header; false when more bytes are needed. Nothing is allocated.</summary>
    /// <exception cref="ProtocolException">The length is not one, or the packet is larger than the limit.</exception>
    public static bool TryReadHeader(
        ReadOnlySequence<byte> buffer, ProtocolVersion version, int maximumPacketSize, out byte first, out int headerSize, out int bodySize)
    {
        first = 0;
        headerSize = bodySize = 0;
        Span<byte> head = stackalloc byte[5];
        var available = (int)Math.Min(head.Length, buffer.Length);
        buffer.Slice(0, available).CopyTo(head);
        if (available == 0) return false;
        first = head[0];
        var read = ReadVariableInteger(head[1..available], out var length);
        if (read == 0) return false;
        if (version == ProtocolVersion.V5 && read > 1 && head[read] == 0)
            throw ProtocolException.Malformed("A packet length in more bytes than it needs.");
        if (1 + read + (long)length > maximumPacketSize)
        {
            throw new ProtocolException(
                ReasonCode.PacketTooLarge, $"A packet of {1 + read + (long)length} bytes; the limit is {maximumPacketSize}.");
        }

        headerSize = 1 + read;
        bodySize = (int)length;
        return true;
    }

    /// <summary>Reads a variable byte integer; returns how many bytes it took, 0 when it is not whole yet.</summary>
    public static int ReadVariableInteger(ReadOnlySpan<byte> from, out uint value)
    {
        value = 0;
        for (var i = 0; i < 4; i++)
        {
            if (i == from.Length) return 0;
            value |= (uint)(from[i] & 0x7F) << (7 * i);
            if (from[i] < 0x80) return i + 1;
        }

        throw ProtocolException.Malformed("A number of more than four bytes.");
    }
}
