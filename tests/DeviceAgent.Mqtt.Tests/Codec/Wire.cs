using System.Buffers;
using DeviceAgent.Mqtt.Codec;
using DeviceAgent.Mqtt.Packets;

namespace DeviceAgent.Mqtt.Tests.Codec;

internal static class Wire
{
    public static byte[] Encode(MqttPacket packet, MqttProtocolVersion version = MqttProtocolVersion.V5)
    {
        var output = new ArrayBufferWriter<byte>();
        MqttPacketCodec.Encode(output, packet, version);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>One whole packet, and nothing behind it.</summary>
    public static MqttPacket Decode(byte[] bytes, MqttProtocolVersion version = MqttProtocolVersion.V5, int limit = 1_000_000)
    {
        var buffer = new ReadOnlySequence<byte>(bytes);
        Assert.True(MqttPacketCodec.TryDecode(ref buffer, version, limit, out var packet), "The packet is not whole.");
        Assert.True(buffer.IsEmpty, "There are bytes behind the packet.");
        return packet!;
    }

    public static byte[] Hex(string hex) => Convert.FromHexString(hex.Replace(" ", ""));
}
