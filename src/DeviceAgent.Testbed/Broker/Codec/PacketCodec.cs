using System.Buffers;

namespace DeviceAgent.Testbed.Broker.Codec;

/// <summary>Bytes to packets and back, for both sides of a connection. Stateless.</summary>
public static class PacketCodec
{
    /// <summary>The largest length that a packet can state.</summary>
    public const int MaximumRemainingLength = 268_435_455;

    /// <summary>Appends a packet.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="packet">The packet.</param>
    /// <param name="version">The version of the connection; a CONNECT goes by its own.</param>
    /// <exception cref="ArgumentException">The packet cannot be written: a field is too long or not allowed in it.</exception>
    public static void Encode(IBufferWriter<byte> output, MqttPacket packet, ProtocolVersion version)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(packet);
        using var writer = new PacketWriter();
        Encode(writer, packet, version);
        output.Write(writer.Written.Span);
    }

    /// <summary>Takes one packet from the front of <paramref name="buffer"/>; false when it is not whole yet.</summary>
    /// <param name="buffer">What was received; moved behind the packet that was read.</param>
    /// <param name="version">The version of the connection; a CONNECT says its own.</param>
    /// <param name="maximumPacketSize">The largest packet, header included, that is read at all.</param>
    /// <param name="packet">The packet.</param>
    /// <exception cref="ProtocolException">The bytes are not a packet. Nothing after them can be read.</exception>
    public static bool TryDecode(
        ref ReadOnlySequence<byte> buffer, ProtocolVersion version, int maximumPacketSize, out MqttPacket? packet)
    {
        packet = null;
        if (!Frame.TryReadHeader(buffer, version, maximumPacketSize, out var first, out var headerSize, out var bodySize)) return false;
        FixedHeader.Check(first, version);
        if (buffer.Length < headerSize + bodySize) return false;
        var body = buffer.Slice(headerSize, bodySize);
        packet = body.IsSingleSegment ? Decode(first, body.FirstSpan, version) : DecodeCopied(first, body, version);
        buffer = buffer.Slice(headerSize + bodySize);
        return true;
    }

    internal static void Encode(PacketWriter writer, MqttPacket packet, ProtocolVersion version)
    {
        writer.Byte(FixedHeader.Of(packet));
        var start = writer.BeginLength();
        switch (packet)
        {
            case ConnectPacket p: ConnectCodec.Write(writer, p); break;
            case ConnAckPacket p: ConnAckCodec.Write(writer, p, version); break;
            case PublishPacket p: PublishCodec.Write(writer, p, version); break;
            case PublishReplyPacket p: PublishReplyCodec.Write(writer, p, version); break;
            case SubscribePacket p: SubscribeCodec.Write(writer, p, version); break;
            case SubAckPacket p: SubscribeCodec.Write(writer, p, version); break;
            case UnsubscribePacket p: UnsubscribeCodec.Write(writer, p, version); break;
            case UnsubAckPacket p: UnsubscribeCodec.Write(writer, p, version); break;
            case DisconnectPacket p: EndCodec.Write(writer, p, version); break;
            case AuthPacket p: EndCodec.Write(writer, p, version); break;
        }

        writer.EndLength(start);
    }

    private static MqttPacket DecodeCopied(byte first, ReadOnlySequence<byte> body, ProtocolVersion version)
    {
        var size = (int)body.Length;
        var copy = ArrayPool<byte>.Shared.Rent(size);
        try
        {
            body.CopyTo(copy);
            return Decode(first, copy.AsSpan(0, size), version);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(copy, clearArray: true);
        }
    }

    private static MqttPacket Decode(byte first, ReadOnlySpan<byte> body, ProtocolVersion version)
    {
        var reader = new PacketReader(body);
        var type = FixedHeader.TypeOf(first);
        MqttPacket packet = type switch
        {
            PacketType.Connect => ConnectCodec.Read(ref reader),
            PacketType.ConnAck => ConnAckCodec.Read(ref reader, version),
            PacketType.Publish => PublishCodec.Read(ref reader, first, version),
            PacketType.PubAck or PacketType.PubRec or PacketType.PubRel or PacketType.PubComp =>
                PublishReplyCodec.Read(ref reader, type, version),
            PacketType.Subscribe => SubscribeCodec.ReadRequest(ref reader, version),
            PacketType.SubAck => SubscribeCodec.ReadAnswer(ref reader, version),
            PacketType.Unsubscribe => UnsubscribeCodec.ReadRequest(ref reader, version),
            PacketType.UnsubAck => UnsubscribeCodec.ReadAnswer(ref reader, version),
            PacketType.PingReq => new PingReqPacket(),
            PacketType.PingResp => new PingRespPacket(),
            PacketType.Disconnect => EndCodec.ReadDisconnect(ref reader, version),
            _ => EndCodec.ReadAuth(ref reader),
        };
        reader.End();
        return packet;
    }
}
