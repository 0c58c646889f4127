using System.Collections;
using DeviceAgent.Testbed.Broker.Codec;

namespace DeviceAgent.Testbed.Tests.Broker.Codec;

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
