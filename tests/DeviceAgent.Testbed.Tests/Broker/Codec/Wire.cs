using System.Buffers;
using System.Collections;
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

/// <summary>All that a packet holds, as text: bytes and lists by content. An absent return code says what its reason says.</summary>
internal static class Describe
{
    public static string Of(object? value) => value switch
    {
        null => "null",
        string s => $"'{s}'",
        ReadOnlyMemory<byte> bytes => Convert.ToHexString(bytes.Span),
        IEnumerable list => $"[{string.Join(", ", list.Cast<object?>().Select(Of))}]",
        ConnAckPacket ack when ack.ReturnCode is not null || ack.Properties is null => $"CONNACK {ack.SessionPresent} {ack.ReasonCode == ReasonCode.Success}",
        MqttPacket or MqttProperties or WillMessage or TopicFilter =>
            $"{value.GetType().Name} {{ {string.Join(", ", value.GetType().GetProperties().OrderBy(p => p.Name, StringComparer.Ordinal).Select(p => $"{p.Name} = {Of(p.GetValue(value))}"))} }}",
        _ => value.ToString()!,
    };
}
