using System.Text.Json.Nodes;
using DeviceAgent.Testbed.Broker;

namespace DeviceAgent.Testbed.Tests.Jobs;

/// <summary>What the services published, in order.</summary>
internal sealed class RecordingBus : IMessageBus
{
    private readonly List<(string Topic, JsonObject Payload)> _messages = [];

    public void Publish(string topic, ReadOnlyMemory<byte> payload)
    {
        lock (_messages) _messages.Add((topic, JsonNode.Parse(payload.Span)!.AsObject()));
    }

    /// <summary>What came since the last time.</summary>
    public IReadOnlyList<(string Topic, JsonObject Payload)> Take()
    {
        lock (_messages)
        {
            var taken = _messages.ToList();
            _messages.Clear();
            return taken;
        }
    }

    /// <summary>The topics of what came since the last time, without those of events.</summary>
    public IReadOnlyList<string> TakeNotifications() => [.. Take().Select(m => m.Topic).Where(t => t.StartsWith("$aws/things/", StringComparison.Ordinal))];

    /// <summary>The topics of the events since the last time.</summary>
    public IReadOnlyList<string> TakeEvents() => [.. Take().Select(m => m.Topic).Where(t => t.StartsWith("$aws/events/", StringComparison.Ordinal))];
}
