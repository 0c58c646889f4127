using System.Text.Json.Serialization;
using DeviceAgent.Testbed.Broker.Codec;

namespace DeviceAgent.Testbed.Broker.Retained;

/// <summary>The last message of a topic that was published to be kept.</summary>
internal sealed record RetainedMessage(
    string Topic, ReadOnlyMemory<byte> Payload, QualityOfService QualityOfService, MqttProperties? Properties, DateTimeOffset? ExpiresAt, DateTimeOffset Modified)
{
    public BrokerMessage Message => new(Topic, Payload) { QualityOfService = QualityOfService, Properties = Properties, ExpiresAt = ExpiresAt, Retain = true };
}

[JsonSerializable(typeof(RetainedMessage))]
internal sealed partial class RetainedJson : JsonSerializerContext;
