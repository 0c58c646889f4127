using System.Text.Json;

namespace DeviceAgent.Credentials.Provider;

/// <summary>Reads a JSON string that may be anything.</summary>
internal static class JsonText
{
    /// <summary>The text; null when it is no string, or one that no text corresponds to (bad UTF-8, half a surrogate pair).</summary>
    public static string? Of(JsonElement value)
    {
        try
        {
            return value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
