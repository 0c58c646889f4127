using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using DeviceAgent.Testbed.Broker;
using DeviceAgent.Testbed.Broker.Codec;
using DeviceAgent.Testbed.Registry;
using DeviceAgent.Testbed.Registry.Rest;

namespace DeviceAgent.Testbed.IotData;

/// <summary>Publishing over HTTP.</summary>
internal sealed class PublishOperations(MqttBroker broker, TimeProvider time)
{
    private static readonly MessageLimits Limits = MessageLimits.AwsIotCore;

    public IReadOnlyList<RestRoute> Routes => [new("Publish", "POST", "/topics/{topic}", Publish) { Permissions = PermissionsFor }];

    private static IEnumerable<Permission> PermissionsFor(RestRequest request)
    {
        var resource = CloudAccount.Arn("iot", $"topic/{request.Label("topic")}");
        yield return new Permission("iot:Publish", resource);
        if (request.QueryFlag("retain") == true) yield return new Permission("iot:RetainPublish", resource);
    }

    private JsonObject? Publish(RestRequest request)
    {
        var topic = request.Label("topic");
        if (!TopicRules.IsTopic(topic)) throw RegistryException.InvalidRequest("A topic cannot hold wildcards.");
        if (TopicQuota.Breach(topic, Limits) is { } breach) throw RegistryException.InvalidRequest($"The topic has {breach}.");
        if (request.Body.Length > Limits.PayloadBytes) throw new RegistryException("RequestEntityTooLargeException", 413, "The payload exceeds the maximum size allowed");
        var qos = request.QueryNumber("qos") switch
        {
            null or 0 => QualityOfService.AtMostOnce,
            1 => QualityOfService.AtLeastOnce,
            var other => throw RegistryException.InvalidRequest($"qos must be 0 or 1; got {other}."),
        };
        var retain = request.QueryFlag("retain") ?? false;
        if (ReservedTopics.Contain(topic))
        {
            // There is no connection that an answer could go to.
            if (retain || !broker.TryServe(new TopicRequest(topic, request.Body, ClientId: "", CertificateId: "", (_, _) => { })))
                throw RegistryException.InvalidRequest($"Nothing can be published to the reserved topic {topic} this way.");
        }
        else if (!broker.TryPublish(BrokerMessage.From(sender: "", topic, request.Body, qos, retain, Properties(request), time.GetUtcNow())))
        {
            throw new RegistryException("ThrottlingException", 429, "The account has as many retained messages as it may have.");
        }

        return null;
    }

    private static MqttProperties Properties(RestRequest request)
    {
        var expiry = request.QueryNumber("messageExpiry");
        if (expiry is < 0 or > uint.MaxValue) throw RegistryException.InvalidRequest($"messageExpiry must be 0 to {uint.MaxValue} seconds.");
        var responseTopic = request.Query("responseTopic");
        if (responseTopic is not null && !TopicRules.IsTopic(responseTopic)) throw RegistryException.InvalidRequest("responseTopic cannot hold wildcards.");
        return new MqttProperties
        {
            ContentType = Short(request.Query("contentType"), "contentType"),
            ResponseTopic = Short(responseTopic, "responseTopic"),
            MessageExpiryInterval = (uint?)expiry,
            PayloadFormatIndicator = request.Header("x-amz-mqtt5-payload-format-indicator") is { } format ? format == "UTF8_DATA" : null,
            CorrelationData = request.Header("x-amz-mqtt5-correlation-data") is { } data ? Base64(data, "x-amz-mqtt5-correlation-data") : (ReadOnlyMemory<byte>?)null,
            UserProperties = request.Header("x-amz-mqtt5-user-properties") is { } properties ? UserProperties(properties) : [],
        };
    }

    /// <summary>Base64 of <c>[{"name":"value"},...]</c>.</summary>
    private static List<UserProperty> UserProperties(string header)
    {
        const string Name = "x-amz-mqtt5-user-properties";
        try
        {
            var array = JsonNode.Parse(Base64(header, Name)) as JsonArray;
            return [.. array!.SelectMany(item => (JsonObject)item!).Select(p => new UserProperty(Short(p.Key, Name)!, Short((string)p.Value!, Name)!))];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or InvalidCastException or NullReferenceException or ArgumentNullException)
        {
            throw RegistryException.InvalidRequest($"{Name} must be base64 of a JSON array of objects whose values are strings.");
        }
    }

    private static byte[] Base64(string text, string name)
    {
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var size) && size <= ushort.MaxValue
            ? bytes[..size]
            : throw RegistryException.InvalidRequest($"{name} must be base64 of at most {ushort.MaxValue} bytes.");
    }

    /// <summary>As a string of MQTT can be.</summary>
    private static string? Short(string? text, string name) => text is null || (Encoding.UTF8.GetByteCount(text) <= ushort.MaxValue && !text.Contains('\0'))
        ? text
        : throw RegistryException.InvalidRequest($"{name} must be shorter than 64 KiB and hold no U+0000.");
}
