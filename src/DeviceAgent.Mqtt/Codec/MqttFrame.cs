using System.Buffers;

namespace DeviceAgent.Mqtt.Codec;

/// <summary>The first two to five bytes of a packet.</summary>
internal static class MqttFrame
{
    /// <summary>Reads the fixed header; false when more bytes are needed. Nothing is allocated.</summary>
    /// <exception cref="MqttProtocolException">The length is not one, or the packet is larger than the limit.</exception>
    public static bool TryReadHeader(
        ReadOnlySequence<byte> buffer, MqttProtocolVersion version, int maximumPacketSize, out byte first, out int headerSize, out int bodySize)
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
        if (version == MqttProtocolVersion.V5 && read > 1 && head[read] == 0)
            throw MqttProtocolException.Malformed("A packet length in more bytes than it needs.");
        if (1 + read + (long)length > maximumPacketSize)
        {
            throw new MqttProtocolException(
                MqttReasonCode.PacketTooLarge, $"A packet of {1 + read + (long)length} bytes; the limit is {maximumPacketSize}.");
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

        throw MqttProtocolException.Malformed("A number of more than four bytes.");
    }
}
