using System.Text.Json.Serialization;
using DeviceAgent.Testbed.Broker.Codec;
using DeviceAgent.Testbed.Registry;
using DeviceAgent.Testbed.State;

namespace DeviceAgent.Testbed.Broker;

/// <summary>The retained messages of the account. They outlive a restart.</summary>
internal sealed class RetainedMessages(StateStore store, int limit, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Documents<RetainedMessage> _messages = new(store, "iot.retained-message", RetainedJson.Default.RetainedMessage);

    public IReadOnlyList<RetainedMessage> All => [.. _messages.All.Where(IsAlive)];

    public RetainedMessage? Find(string topic) => _messages.Find(topic) is { } message && IsAlive(message) ? message : null;

    /// <summary>Keeps a message, or with an empty one forgets its topic. False when there are as many as may be.</summary>
    public bool TryKeep(BrokerMessage message)
    {
        lock (_gate)
        {
            if (message.Payload.IsEmpty)
            {
                _messages.Delete(message.Topic);
                return true;
            }

            if (_messages.Find(message.Topic) is null && _messages.All.Count >= limit) return false;
            _messages.Put(message.Topic, new RetainedMessage(
                message.Topic, message.Payload, message.QualityOfService, message.Properties, message.ExpiresAt, time.GetUtcNow()));
            return true;
        }
    }

    private bool IsAlive(RetainedMessage message) => message.ExpiresAt is null || message.ExpiresAt > time.GetUtcNow();
}

/// <summary>The last message of a topic that was published to be kept.</summary>
internal sealed record RetainedMessage(
    string Topic, ReadOnlyMemory<byte> Payload, QualityOfService QualityOfService, MqttProperties? Properties, DateTimeOffset? ExpiresAt, DateTimeOffset Modified)
{
    public BrokerMessage Message => new(Topic, Payload) { QualityOfService = QualityOfService, Properties = Properties, ExpiresAt = ExpiresAt, Retain = true };
}

[JsonSerializable(typeof(RetainedMessage))]
internal sealed partial class RetainedJson : JsonSerializerContext;
