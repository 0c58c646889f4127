using System.Text;
using System.Text.Json.Nodes;
using DeviceAgent.Testbed.Broker;

namespace DeviceAgent.Testbed.Tests.Shadow;

/// <summary>Keeps what the services publish.</summary>
internal sealed class RecordingBus : IMessageBus
{
    private readonly List<(string Topic, string Payload)> _messages = [];

    public IReadOnlyList<string> Topics => [.. _messages.Select(m => m.Topic)];

    public void Publish(string topic, ReadOnlyMemory<byte> payload) => _messages.Add((topic, Encoding.UTF8.GetString(payload.Span)));

    /// <summary>The last message on a topic that ends so, as it was written.</summary>
    public string Text(string topicEnd) => _messages.Last(m => m.Topic.EndsWith(topicEnd, StringComparison.Ordinal)).Payload;

    public JsonObject Json(string topicEnd) => JsonNode.Parse(Text(topicEnd))!.AsObject();

    public void Clear() => _messages.Clear();
}
