using System.Buffers;
using DeviceAgent.Testbed.Broker.Codec;

namespace DeviceAgent.Testbed.Tests.Broker.Codec;

internal static class Wire
{
    public static byte[] Encode(MqttPacket packet, ProtocolVersion version = ProtocolVersion.V5)
    {
        var output = new ArrayBufferWriter<byte>();
        PacketCodec.Encode(output, packet, version);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>One whole packet, and nothing behind it.</summary>
    public static MqttPacket Decode(byte[] bytes, ProtocolVersion version = ProtocolVersion.V5, int limit = 1_000_000)
    {
        var buffer = new ReadOnlySequence<byte>(bytes);
        Assert.True(PacketCodec.TryDecode(ref buffer, version, limit, out var packet), "The packet is not whole.");
        Assert.True(buffer.IsEmpty, "There are bytes behind the packet.");
        return packet!;
    }

    public static byte[] Hex(string hex) => Convert.FromHexString(hex.Replace(" ", ""));
}
