using System.Text.Json;
using DeviceAgent.Credentials.Text;
using DeviceAgent.Mqtt;

namespace DeviceAgent.Control.Cloud;

/// <summary>From a message to an answer. Each service names code and words of a refusal in its own way.</summary>
internal static class TopicResponseReader
{
    private const int LongestText = 500;

    /// <summary>Null when it is the answer to another request.</summary>
    /// <param name="message">The message on the topic of the answer.</param>
    /// <param name="token">The client token that must be in it; null for any.</param>
    public static TopicResponse? Read(MqttMessage message, string? token)
    {
        if (CloudJson.TryParse(message.Payload) is not { } json)
            return token is null ? new TopicResponse.Missing(NoResponse.Lost, $"The answer on {message.Topic} is not a JSON object.") : null;
        var payload = json.Root;
        if (token is not null && TextOf(payload, "clientToken") != token) return null;
        if (message.Topic.EndsWith(TopicRequests.AcceptedSuffix, StringComparison.Ordinal)) return new TopicResponse.Accepted(json);
        return new TopicResponse.Rejected(
            TextOf(payload, "code") ?? TextOf(payload, "statusCode") ?? "unknown",
            string.Join(": ", new[] { TextOf(payload, "errorCode"), TextOf(payload, "message") ?? TextOf(payload, "errorMessage") }.OfType<string>()),
            payload);
    }

    private static string? TextOf(JsonElement json, string name)
    {
        if (!json.TryGetProperty(name, out var value)) return null;
        var text = value.ValueKind switch
        {
            JsonValueKind.String => value.GetString(),
            JsonValueKind.Number => value.GetRawText(),
            _ => null,
        };
        return PrintableText.Of(text, LongestText);
    }
}
