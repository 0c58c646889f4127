using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace DeviceAgent.Fleet.Aws;

/// <summary>Reads members that may be missing, and writes small objects.</summary>
internal static class JsonText
{
    public static JsonElement? Member(this JsonElement json, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
        {
            if (json.ValueKind != JsonValueKind.Object || !json.TryGetProperty(name, out json)) return null;
        }

        return json.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined ? null : json;
    }

    public static string? Text(this JsonElement json, params ReadOnlySpan<string> path) => json.Member(path) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    public static double? Number(this JsonElement json, params ReadOnlySpan<string> path) => json.Member(path) is { ValueKind: JsonValueKind.Number } value ? value.GetDouble() : null;

    /// <summary>Epoch seconds, as AWS IoT writes times, or ISO-8601.</summary>
    public static DateTimeOffset? Time(this JsonElement json, params ReadOnlySpan<string> path) => json.Member(path) switch
    {
        { ValueKind: JsonValueKind.Number } seconds => DateTimeOffset.FromUnixTimeMilliseconds((long)(seconds.GetDouble() * 1000)),
        { ValueKind: JsonValueKind.String } text when DateTimeOffset.TryParse(text.GetString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) => time,
        _ => null,
    };

    public static byte[] Object(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}
