using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;

namespace DeviceAgent.Testbed.Shadow;

/// <summary>What every request shares: a JSON object in UTF-8, and perhaps a token that comes back in the answer.</summary>
internal static class ShadowPayload
{
    private const int MaximumTokenBytes = 64;

    /// <summary>Far above the depth that a state may have, so that a deep one gets that error and not «Invalid JSON».</summary>
    private static readonly JsonDocumentOptions Options = new() { AllowDuplicateProperties = false, MaxDepth = 256 };

    /// <exception cref="ShadowException">Not UTF-8, or not a JSON object.</exception>
    public static JsonObject Parse(ReadOnlySpan<byte> payload)
    {
        if (!Utf8.IsValid(payload)) throw ShadowException.Encoding();
        try
        {
            if (JsonNode.Parse(payload, documentOptions: Options) is JsonObject document)
            {
                // Half a surrogate pair passes the parser and only shows when the text is looked at.
                document.ToJsonString();
                return document;
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw ShadowException.Invalid("Invalid JSON");
        }

        throw ShadowException.Invalid("Invalid JSON");
    }

    /// <summary>The token of a request that need not have a body.</summary>
    public static string? TokenOf(ReadOnlySpan<byte> payload) => payload.IsEmpty ? null : TokenOf(Parse(payload));

    /// <exception cref="ShadowException">It is no token.</exception>
    public static string? TokenOf(JsonObject document)
    {
        if (!document.TryGetPropertyValue("clientToken", out var node)) return null;
        return node is JsonValue value && value.TryGetValue<string>(out var token) && Encoding.UTF8.GetByteCount(token) <= MaximumTokenBytes
            ? token
            : throw ShadowException.Invalid("Invalid clientToken");
    }

    /// <summary>The token of a request that may be anything.</summary>
    public static string? TokenOrNull(ReadOnlySpan<byte> payload)
    {
        try
        {
            return TokenOf(payload);
        }
        catch (ShadowException)
        {
            return null;
        }
    }
}
