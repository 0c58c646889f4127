using System.Text;
using DeviceAgent.Testbed.Broker.Codec;

namespace DeviceAgent.Testbed.Broker.Topics;

internal static class TopicQuota
{
    /// <summary>What is too much about a topic or filter, or null.</summary>
    public static string? Breach(string topic, MessageLimits limits)
    {
        if (Encoding.UTF8.GetByteCount(topic) > limits.TopicBytes) return $"longer than {limits.TopicBytes} bytes";
        return topic.AsSpan().Count('/') > limits.TopicSlashes ? $"more than {limits.TopicSlashes} slashes" : null;
    }
}
