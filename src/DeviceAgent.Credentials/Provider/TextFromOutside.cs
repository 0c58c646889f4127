using System.Text.Json;

namespace DeviceAgent.Credentials.Provider;

/// <summary>Makes text from outside fit for one log line.</summary>
internal static class OneLine
{
    private const int MaxLength = 300;

    public static string From(string text)
    {
        var line = string.Concat(text.Trim().Take(MaxLength).Select(c => char.IsControl(c) ? ' ' : c));
        return text.Length > MaxLength ? line + "..." : line;
    }
}

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
