using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace DeviceAgent.Readings;

/// <summary>
/// Readings as JSON objects, on standard input, in NDJSON files and in the spool alike:
/// <c>{"serial_number":"SN1","timestamp":"2015-02-02T14:19:00.000Z","temperature":23.7}</c>. The two names are fixed here; the
/// names of the table's keys are put in at upload.
/// </summary>
internal static class ReadingJson
{
    public const string SerialNumberName = "serial_number";

    public const string TimestampName = "timestamp";

    /// <summary>True in a reading whose timestamp was worked out afterwards, from what is known about its boot.</summary>
    public const string EstimatedName = "timestamp_estimated";

    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] Write(Reading reading)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer, WriterOptions))
        {
            writer.WriteStartObject();
            writer.WriteString(SerialNumberName, reading.SerialNumber);
            if (reading.Timestamp != default) writer.WriteString(TimestampName, TimestampText.Format(reading.Timestamp));
            foreach (var (name, value) in reading.Attributes)
            {
                writer.WritePropertyName(name);
                value.WriteTo(writer);
            }

            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>The object that <see cref="Write"/> gave, marked as one with an estimated timestamp; null when the medium has changed it.</summary>
    public static byte[]? MarkEstimated(ReadOnlySpan<byte> written) =>
        written is [(byte)'{', .., (byte)'}'] ? [.. written[..^1], .. ",\"timestamp_estimated\":true}"u8] : null;

    /// <summary>Whose reading it is; empty when the object does not say, or is none any more because the medium has changed it.</summary>
    public static string SerialNumberOf(ReadOnlySpan<byte> written)
    {
        try
        {
            var reader = new Utf8JsonReader(written);
            while (reader.Read())
            {
                if (reader.CurrentDepth != 1 || reader.TokenType != JsonTokenType.PropertyName || !reader.ValueTextEquals(SerialNumberName)) continue;
                return reader.Read() && reader.TokenType == JsonTokenType.String ? reader.GetString()! : "";
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Not JSON, or not text: nobody's.
        }

        return "";
    }

    /// <summary>Reads one object; serial number and timestamp may be absent. <paramref name="problem"/> says what is wrong.</summary>
    public static Sample? TryRead(ReadOnlyMemory<byte> utf8, out string? problem)
    {
        try
        {
            using var document = JsonDocument.Parse(utf8);
            return TryRead(document.RootElement, out problem);
        }
        catch (JsonException e)
        {
            problem = $"not JSON: {e.Message}";
            return null;
        }
        catch (InvalidOperationException e)
        {
            problem = $"not valid text: {e.Message}";
            return null;
        }
    }

    private static Sample? TryRead(JsonElement root, out string? problem)
    {
        problem = null;
        if (root.ValueKind != JsonValueKind.Object)
        {
            problem = $"a JSON object is expected, not {root.ValueKind}";
            return null;
        }

        string? serialNumber = null;
        DateTimeOffset? timestamp = null;
        var attributes = new List<KeyValuePair<string, ReadingValue>>();
        foreach (var property in root.EnumerateObject())
        {
            if (property.NameEquals(SerialNumberName))
            {
                serialNumber = property.Value.ValueKind == JsonValueKind.String ? property.Value.GetString() : null;
                if (serialNumber is null) problem = $"{SerialNumberName} must be a string";
            }
            else if (property.NameEquals(TimestampName))
            {
                if (TimestampText.TryParse(property.Value, out var parsed)) timestamp = parsed;
                else problem = $"{TimestampName} is neither ISO-8601 nor an epoch number";
            }
            else
            {
                attributes.Add(KeyValuePair.Create(property.Name, ReadingValue.From(property.Value)));
            }
        }

        return problem is null ? new Sample(attributes) { SerialNumber = serialNumber, Timestamp = timestamp } : null;
    }
}
