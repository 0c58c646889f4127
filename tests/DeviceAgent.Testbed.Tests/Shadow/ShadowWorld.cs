using System.Text;
using System.Text.Json.Nodes;
using DeviceAgent.TestSupport;
using DeviceAgent.Testbed.Broker;
using DeviceAgent.Testbed.Shadow;
using DeviceAgent.Testbed.State;
using DeviceAgent.Testbed.Tests.Registry;

namespace DeviceAgent.Testbed.Tests.Shadow;

/// <summary>The shadow service over a store of its own, at 2026-03-01T12:00:00Z, and what it publishes.</summary>
internal sealed class ShadowWorld : IDisposable
{
    /// <summary>The world's first second.</summary>
    public const long Start = 1772366400;

    public const string Topic = "$aws/things/boiler-07/shadow";

    private readonly TemporaryFolder _folder = new();
    private StateStore _store;

    public ShadowWorld() => (_store, Shadows, Topics) = Open();

    public ManualTimeProvider Time { get; } = new(DateTimeOffset.FromUnixTimeSeconds(Start));

    public RecordingBus Bus { get; } = new();

    public ShadowService Shadows { get; private set; }

    public ShadowTopics Topics { get; private set; }

    public static ShadowKey Classic { get; } = ShadowKey.Of("boiler-07", null)!;

    public static ShadowKey Named { get; } = ShadowKey.Of("boiler-07", ShadowService.AgentShadow)!;

    /// <summary>A new process over the same state.</summary>
    public void Restart()
    {
        _store.Dispose();
        (_store, Shadows, Topics) = Open();
    }

    public JsonObject Update(string payload, ShadowKey? key = null) => Shadows.Update(key ?? Classic, Encoding.UTF8.GetBytes(payload));

    public JsonNode? State(ShadowKey? key = null) => Shadows.Get(key ?? Classic)["state"];

    /// <summary>As a device publishes it.</summary>
    public bool Send(string topic, string payload) => Send(topic, Encoding.UTF8.GetBytes(payload));

    public bool Send(string topic, byte[] payload) =>
        Topics.TryHandle(new TopicRequest(topic, payload, "boiler-07", new string('a', 64), (_, _) => Assert.Fail("shadow answers go to subscribers")));

    public static void AssertJson(string expected, JsonNode? actual) =>
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), actual), $"expected {JsonNode.Parse(expected)?.ToJsonString()}\nbut was  {actual?.ToJsonString()}");

    public void Dispose()
    {
        _store.Dispose();
        _folder.Dispose();
    }

    private (StateStore, ShadowService, ShadowTopics) Open()
    {
        var store = new StateStore(_folder.Below("state.db"));
        var shadows = new ShadowService(store, Time);
        return (store, shadows, new ShadowTopics(shadows, Bus, Time));
    }
}

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
