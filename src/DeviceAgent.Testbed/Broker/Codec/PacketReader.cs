using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;

namespace DeviceAgent.Testbed.Broker.Codec;

/// <summary>Reads the body of one packet. Whatever is not there, or not valid, is an <see cref="ProtocolException"/>.</summary>
internal ref struct PacketReader(ReadOnlySpan<byte> body)
{
    private ReadOnlySpan<byte> _rest = body;

    public readonly bool AtEnd => _rest.IsEmpty;

    public readonly int Left => _rest.Length;

    public byte Byte() => Take(1)[0];

    public ushort UInt16() => BinaryPrimitives.ReadUInt16BigEndian(Take(2));

    public uint UInt32() => BinaryPrimitives.ReadUInt32BigEndian(Take(4));

    public ushort PacketId()
    {
        var id = UInt16();
        return id != 0 ? id : throw ProtocolException.Error("Packet id 0.");
    }

    public uint VariableInteger()
    {
        var read = Frame.ReadVariableInteger(_rest, out var value);
        if (read == 0) throw ProtocolException.Malformed("The packet ends inside a number.");
        if (read > 1 && _rest[read - 1] == 0) throw ProtocolException.Malformed("A number in more bytes than it needs.");
        _rest = _rest[read..];
        return value;
    }

    public string Text()
    {
        var bytes = Take(UInt16());
        if (bytes.Contains((byte)0)) throw ProtocolException.Malformed("A string with U+0000.");
        return Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : throw ProtocolException.Malformed("A string that is not UTF-8.");
    }

    public byte[] Binary() => Take(UInt16()).ToArray();

    /// <summary>Everything that is left.</summary>
    public byte[] Remainder() => Take(_rest.Length).ToArray();

    /// <summary>A reader of the next <paramref name="count"/> bytes.</summary>
    public PacketReader Part(uint count) =>
        new(Take(count <= (uint)_rest.Length ? (int)count : throw ProtocolException.Malformed("The packet ends inside its properties.")));

    /// <summary>A byte that says yes or no.</summary>
    public bool Flag(string what)
    {
        var value = Byte();
        return value <= 1 ? value == 1 : throw ProtocolException.Error($"{what} is {value}, not 0 or 1.");
    }

    public readonly void End()
    {
        if (!AtEnd) throw ProtocolException.Malformed($"{_rest.Length} bytes too many.");
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > _rest.Length) throw ProtocolException.Malformed("The packet ends too early.");
        var taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }
}

/// <summary>The other side sent what MQTT does not allow. The connection cannot go on.</summary>
public sealed class ProtocolException : Exception
{
    /// <summary>Says what is wrong.</summary>
    /// <param name="reasonCode">What a DISCONNECT would say about it.</param>
    /// <param name="message">What was wrong; never holds a payload.</param>
    public ProtocolException(ReasonCode reasonCode, string message) : base(message) => ReasonCode = reasonCode;

    /// <summary>What a DISCONNECT would say about it.</summary>
    public ReasonCode ReasonCode { get; }

    internal static ProtocolException Malformed(string message) => new(ReasonCode.MalformedPacket, message);

    internal static ProtocolException Error(string message) => new(ReasonCode.ProtocolError, message);
}
