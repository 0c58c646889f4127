using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace DeviceAgent.Testbed.Broker.Codec;

/// <summary>Writes one packet into a pooled buffer. What cannot be written is the caller's mistake: <see cref="ArgumentException"/>.</summary>
internal sealed class PacketWriter : IDisposable
{
    private const int LengthRoom = 4;
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(512);
    private int _length;

    public ReadOnlyMemory<byte> Written => _buffer.AsMemory(0, _length);

    public void Byte(int value)
    {
        Reserve(1)[0] = (byte)value;
        _length++;
    }

    public void UInt16(int value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(Reserve(2), (ushort)value);
        _length += 2;
    }

    public void UInt32(uint value)
    {
        BinaryPrimitives.WriteUInt32BigEndian(Reserve(4), value);
        _length += 4;
    }

    public void VariableInteger(uint value) => _length += WriteVariableInteger(Reserve(LengthRoom), value);

    public void PacketId(ushort value)
    {
        if (value == 0) throw new ArgumentException("A packet id is 1 to 65535.");
        UInt16(value);
    }

    public void Text(string value)
    {
        if (value.Contains('\0')) throw new ArgumentException("A string in MQTT holds no U+0000.");
        var size = StrictUtf8.GetByteCount(value);
        UInt16(Sized(size));
        StrictUtf8.GetBytes(value, Reserve(size));
        _length += size;
    }

    public void Binary(ReadOnlySpan<byte> value)
    {
        UInt16(Sized(value.Length));
        Bytes(value);
    }

    public void Bytes(ReadOnlySpan<byte> value)
    {
        value.CopyTo(Reserve(value.Length));
        _length += value.Length;
    }

    /// <summary>Leaves room for a length that is known at <see cref="EndLength"/>.</summary>
    public int BeginLength()
    {
        Reserve(LengthRoom);
        _length += LengthRoom;
        return _length;
    }

    /// <summary>Puts the length of what was written since <paramref name="start"/> before it, in as few bytes as it needs.</summary>
    public void EndLength(int start)
    {
        var size = _length - start;
        var head = WriteVariableInteger(_buffer.AsSpan(start - LengthRoom, LengthRoom), (uint)size);
        if (head == LengthRoom) return;
        _buffer.AsSpan(start, size).CopyTo(_buffer.AsSpan(start - LengthRoom + head));
        _length -= LengthRoom - head;
    }

    public void Dispose()
    {
        // Cleared: a CONNECT may have held a password.
        ArrayPool<byte>.Shared.Return(_buffer, clearArray: true);
        _buffer = [];
        _length = 0;
    }

    private static int WriteVariableInteger(Span<byte> to, uint value)
    {
        if (value > PacketCodec.MaximumRemainingLength) throw new ArgumentException($"{value} is more than MQTT's largest length.");
        var count = 0;
        do
        {
            var low = value & 0x7F;
            value >>= 7;
            to[count++] = (byte)(value > 0 ? low | 0x80 : low);
        }
        while (value > 0);
        return count;
    }

    private static int Sized(int size) =>
        size <= ushort.MaxValue ? size : throw new ArgumentException($"A field of {size} bytes: MQTT takes 65535.");

    private Span<byte> Reserve(int count)
    {
        if (_buffer.Length - _length < count)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_buffer.Length * 2, _length + count));
            _buffer.AsSpan(0, _length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer, clearArray: true);
            _buffer = larger;
        }

        return _buffer.AsSpan(_length);
    }
}
