using System.Buffers;
using DeviceAgent.Testbed.Broker.Codec;

namespace DeviceAgent.Testbed.Tests.Broker.Codec;

/// <summary>Packets that are nearly right, and bytes that are not at all. The same seed makes the same packets.</summary>
internal sealed class PacketFuzzer(int seed)
{
    private const int Limit = 64 * 1024;
    private static readonly byte[] Edges = [0, 1, 0x7F, 0x80, 0xFF];
    private readonly Random _random = new(seed);
    private readonly (ProtocolVersion Version, byte[] Bytes)[] _valid = [.. SamplePackets.All().Select(s => (s.Version, Wire.Encode(s.Packet, s.Version)))];

    public long Accepted { get; private set; }

    public long Refused { get; private set; }

    public long Incomplete { get; private set; }

    /// <summary>Fails on any exception but <see cref="ProtocolException"/>, and on memory out of proportion.</summary>
    public void Run(long count)
    {
        for (long i = 0; i < count; i++) One();
    }

    private void One()
    {
        var (version, bytes) = Next();
        var buffer = new ReadOnlySequence<byte>(bytes);
        MqttPacket? packet = null;
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            if (PacketCodec.TryDecode(ref buffer, version, Limit, out packet)) Accepted++;
            else Incomplete++;
        }
        catch (ProtocolException)
        {
            Refused++;
        }
        catch (Exception e)
        {
            Assert.Fail($"{e.GetType().Name} at {version} {Convert.ToHexString(bytes)}: {e.Message}");
        }

        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        // The most that a byte can cost: a subscription of four bytes is an object and a string.
        if (allocated > 8192 + (48L * bytes.Length)) Assert.Fail($"{allocated} bytes for {bytes.Length}: {version} {Convert.ToHexString(bytes)}");
        if (packet is not null && bytes.Length < 1024) CheckAgain(packet, version, bytes);
    }

    /// <summary>What was accepted can be written, and is then read as the same.</summary>
    private static void CheckAgain(MqttPacket packet, ProtocolVersion version, byte[] bytes)
    {
        var once = Wire.Encode(packet, version);
        var twice = Wire.Encode(Wire.Decode(once, version), version);
        if (!once.AsSpan().SequenceEqual(twice)) Assert.Fail($"Not stable: {version} {Convert.ToHexString(bytes)}");
    }

    /// <summary>The next packet, nearly right or not at all.</summary>
    public (ProtocolVersion Version, byte[] Bytes) Next()
    {
        var (version, valid) = _valid[_random.Next(_valid.Length)];
        if (_random.Next(12) == 0) return (version, RandomBytes());
        if (_random.Next(16) == 0) version = version == ProtocolVersion.V5 ? ProtocolVersion.V311 : ProtocolVersion.V5;
        var bytes = valid.Length > 2048 && _random.Next(20) > 0 ? valid[..64] : (byte[])valid.Clone();
        for (var changes = _random.Next(1, 4); changes > 0; changes--) bytes = Changed(bytes);
        return (version, _random.Next(4) == 0 ? bytes : WithRightLength(bytes));
    }

    private byte[] Changed(byte[] bytes)
    {
        if (bytes.Length < 3) return [.. bytes, (byte)_random.Next(256)];
        var at = _random.Next(bytes.Length);
        switch (_random.Next(7))
        {
            case 0:
                bytes[at] ^= (byte)(1 << _random.Next(8));
                return bytes;
            case 1:
                bytes[at] = (byte)_random.Next(256);
                return bytes;
            case 2:
                bytes[at] = Edges[_random.Next(Edges.Length)];
                return bytes;
            case 3:
                return bytes[..at];
            case 4:
                return [.. bytes[..at], .. bytes[_random.Next(at + 1)..]];
            case 5:
                return [.. bytes[..at], (byte)_random.Next(256), .. bytes[at..]];
            default:
                var other = _valid[_random.Next(_valid.Length)].Bytes;
                return other.Length > 2048 ? bytes : [.. bytes[..at], .. other[_random.Next(other.Length)..]];
        }
    }

    /// <summary>Gives the first byte a length that fits what follows, so that the body is looked at.</summary>
    private static byte[] WithRightLength(byte[] bytes)
    {
        var head = 1;
        while (head < Math.Min(bytes.Length, 5) && bytes[head++] >= 0x80)
        {
        }

        if (bytes.Length < head || bytes.Length == 0) return bytes;
        var body = bytes.AsSpan(head);
        var length = new List<byte>();
        var rest = body.Length;
        do
        {
            length.Add((byte)((rest & 0x7F) | (rest > 0x7F ? 0x80 : 0)));
            rest >>= 7;
        }
        while (rest > 0);
        return [bytes[0], .. length, .. body];
    }

    private byte[] RandomBytes()
    {
        var bytes = new byte[_random.Next(64)];
        _random.NextBytes(bytes);
        return bytes;
    }
}
