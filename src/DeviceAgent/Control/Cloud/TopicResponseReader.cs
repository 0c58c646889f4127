using System.Text.Json;
using DeviceAgent.Mqtt;

namespace DeviceAgent.Control.Cloud;

/// <summary>From a message to an answer. Each service names code and words of a refusal in its own way.</summary>
internal static class TopicResponseReader
{
    /// <summary>Deeper than any document that is of use.</summary>
    private const int MaxDepth = 32;

    private const int LongestText = 500;

    /// <summary>Null when it is the answer to another request.</summary>
    /// <param name="message">The message on the topic of the answer.</param>
    /// <param name="token">The client token that must be in it; null for any.</param>
    public static TopicResponse? Read(MqttMessage message, string? token)
    {
        if (TryParse(message.Payload) is not { } payload)
            return token is null ? new TopicResponse.Missing(NoResponse.Lost, $"The answer on {message.Topic} is not a JSON object.") : null;
        if (token is not null && TextOf(payload, "clientToken") != token) return null;
        if (message.Topic.EndsWith(TopicRequests.AcceptedSuffix, StringComparison.Ordinal)) return new TopicResponse.Accepted(payload);
        return new TopicResponse.Rejected(
            TextOf(payload, "code") ?? TextOf(payload, "statusCode") ?? "unknown",
            string.Join(": ", new[] { TextOf(payload, "errorCode"), TextOf(payload, "message") ?? TextOf(payload, "errorMessage") }.OfType<string>()),
            payload);
    }

    /// <summary>Null when it is no JSON object.</summary>
    public static JsonElement? TryParse(ReadOnlyMemory<byte> payload)
    {
        try
        {
            using var document = JsonDocument.Parse(payload, new JsonDocumentOptions { MaxDepth = MaxDepth });
            return document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone() : null;
        }
        catch (JsonException)
        {
            return null;
        }
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
        return text is null ? null : new string([.. text.Take(LongestText).Select(c => char.IsControl(c) ? ' ' : c)]);
    }
}
