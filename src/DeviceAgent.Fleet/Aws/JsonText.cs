using System.Buffers;
using System.Globalization;
using System.Text.Json;
using DeviceAgent.Credentials.Text;

namespace DeviceAgent.Fleet.Aws;

/// <summary>Reads members that may be missing, and writes small objects.</summary>
internal static class JsonText
{
    /// <summary>The year 9999.</summary>
    private const double MostSeconds = 253_000_000_000;

    public static JsonElement? Member(this JsonElement json, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
        {
            if (json.ValueKind != JsonValueKind.Object || !json.TryGetProperty(name, out json)) return null;
        }

        return json.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined ? null : json;
    }

    /// <summary>A text without anything that moves a terminal: what AWS and the devices say is printed, compared and remembered so.</summary>
    public static string? Text(this JsonElement json, params ReadOnlySpan<string> path) => json.Member(path) is { ValueKind: JsonValueKind.String } value ? PrintableText.Whole(value.GetString()!) : null;

    public static double? Number(this JsonElement json, params ReadOnlySpan<string> path) => json.Member(path) is { ValueKind: JsonValueKind.Number } value ? value.GetDouble() : null;

    /// <summary>Epoch seconds, as AWS IoT writes times, or ISO-8601.</summary>
    public static DateTimeOffset? Time(this JsonElement json, params ReadOnlySpan<string> path) => json.Member(path) switch
    {
        { ValueKind: JsonValueKind.Number } seconds when seconds.GetDouble() is >= 0 and < MostSeconds => DateTimeOffset.FromUnixTimeMilliseconds((long)(seconds.GetDouble() * 1000)),
        { ValueKind: JsonValueKind.String } text when DateTimeOffset.TryParse(text.GetString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) => time,
        _ => null,
    };

    /// <summary>ISO-8601, in UTC, to the second.</summary>
    public static string Iso(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

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
