using System.Text.Json.Nodes;
using DeviceAgent.Testbed.Broker;
using DeviceAgent.Testbed.Registry;
using DeviceAgent.Testbed.Registry.Rest;

namespace DeviceAgent.Testbed.IotData;

internal sealed class RetainedOperations(RetainedMessages messages)
{
    private const int MaximumPage = 200;

    public IReadOnlyList<RestRoute> Routes =>
    [
        new("GetRetainedMessage", "GET", "/retainedMessage/{topic}", Get)
        {
            Permissions = request => [new Permission("iot:GetRetainedMessage", CloudAccount.Arn("iot", $"topic/{request.Label("topic")}"))],
        },
        new("ListRetainedMessages", "GET", "/retainedMessage", List),
    ];

    private JsonObject Get(RestRequest request)
    {
        var topic = request.Label("topic");
        var message = messages.Find(topic) ?? throw RegistryException.NotFound($"No retained message found for topic: {topic}");
        var answer = Summary(message).With("payload", Convert.ToBase64String(message.Payload.Span));
        if (message.Properties?.UserProperties is not { Count: > 0 } properties) return answer;
        var list = RestJson.Array(properties, p => new JsonObject { [p.Name] = p.Value });
        return answer.With("userProperties", Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(list.ToJsonString())));
    }

    private JsonObject List(RestRequest request)
    {
        var size = request.QueryNumber("maxResults");
        if (size is < 1 or > MaximumPage) throw RegistryException.InvalidRequest($"maxResults must be between 1 and {MaximumPage}; got {size}.");
        var (page, next) = Paging.Page(messages.All, m => m.Topic, size, request.Query("nextToken"));
        return new JsonObject { ["retainedTopics"] = RestJson.Array(page, m => Summary(m).With("payloadSize", m.Payload.Length)) }.With("nextToken", next);
    }

    private static JsonObject Summary(RetainedMessage message) => new()
    {
        ["topic"] = message.Topic,
        ["qos"] = (int)message.QualityOfService,
        ["lastModifiedTime"] = message.Modified.ToUnixTimeMilliseconds(),
    };
}
