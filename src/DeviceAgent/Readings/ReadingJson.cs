using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using DeviceAgent.Credentials.Text;

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

    /// <summary>A buffer that a large reading has made longer is not kept.</summary>
    private const int LargestReused = 16 * 1024;

    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [ThreadStatic]
    private static (ArrayBufferWriter<byte> Buffer, Utf8JsonWriter Writer)? _reused;

    public static byte[] Write(Reading reading)
    {
        var (buffer, writer) = _reused ??= NewWriter();
        buffer.ResetWrittenCount();
        writer.Reset();
        writer.WriteStartObject();
        writer.WriteString(SerialNumberName, reading.SerialNumber);
        if (reading.Timestamp != default) writer.WriteString(TimestampName, reading.Timestamp.ToString());
        for (var i = 0; i < reading.Attributes.Count; i++)
        {
            var (name, value) = reading.Attributes[i];
            writer.WritePropertyName(name);
            value.WriteTo(writer);
        }

        writer.WriteEndObject();
        writer.Flush();
        var written = buffer.WrittenSpan.ToArray();
        if (buffer.Capacity > LargestReused) _reused = null;
        return written;
    }

    private static (ArrayBufferWriter<byte> Buffer, Utf8JsonWriter Writer) NewWriter()
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        return (buffer, new Utf8JsonWriter(buffer, WriterOptions));
    }

    /// <summary>The object that <see cref="Write"/> gave, marked as one with an estimated timestamp; null when the medium has changed it.</summary>
    public static byte[]? MarkEstimated(ReadOnlySpan<byte> written) =>
        written is [(byte)'{', .., (byte)'}'] ? [.. written[..^1], .. ",\"timestamp_estimated\":true}"u8] : null;

    /// <summary>Whose reading it is; empty when the object does not say, or is none any more because the medium has changed it.</summary>
    public static string SerialNumberOf(ReadOnlySpan<byte> written) => TryReadHead(written, out _)?.SerialNumber ?? "";

    /// <summary>Who measured and when, in an object that <see cref="Write"/> gave; null when the medium has changed it. The whole object is looked at.</summary>
    public static (string? SerialNumber, string? Timestamp)? TryReadHead(ReadOnlySpan<byte> written, out string? problem)
    {
        problem = null;
        string? serialNumber = null;
        string? timestamp = null;
        try
        {
            var reader = new Utf8JsonReader(written);
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject) problem = "no JSON object";
            while (reader.Read())
            {
                if (reader.CurrentDepth != 1 || reader.TokenType != JsonTokenType.PropertyName) continue;
                if (reader.ValueTextEquals(SerialNumberName)) serialNumber = Text(ref reader, SerialNumberName, ref problem);
                else if (reader.ValueTextEquals(TimestampName)) timestamp = Text(ref reader, TimestampName, ref problem);
            }
        }
        catch (JsonException e)
        {
            problem = $"not JSON: {JsonInput.Describe(e, written, withLine: false)}";
        }
        catch (InvalidOperationException e)
        {
            problem = $"not valid text: {e.Message}";
        }

        return problem is null ? (serialNumber, timestamp) : null;
    }

    private static string? Text(ref Utf8JsonReader reader, string name, ref string? problem)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String) return reader.GetString();
        problem ??= $"{name} must be a string";
        return null;
    }

    /// <summary>Reads what <see cref="Write"/> gave; null when the medium has changed it.</summary>
    public static Sample? TryReadStored(ReadOnlyMemory<byte> written, out string? problem) => TryRead(written, TimestampReader.Stored, out problem);

    /// <summary>Reads one object; serial number and timestamp may be absent. <paramref name="problem"/> says what is wrong, and what to write.</summary>
    /// <param name="utf8">The object.</param>
    /// <param name="timestamps">Reads its time.</param>
    /// <param name="problem">Null when the result is not.</param>
    public static Sample? TryRead(ReadOnlyMemory<byte> utf8, TimestampReader timestamps, out string? problem)
    {
        try
        {
            using var document = JsonDocument.Parse(utf8);
            var sample = TryRead(document.RootElement, timestamps, out problem);
            // What the agent itself has written was judged before.
            if (sample is null || timestamps == TimestampReader.Stored) return sample;
            problem = AlikeProblem(sample, TimestampName, "time", sample.Timestamp is not null) ?? AlikeProblem(sample, SerialNumberName, "serial number", sample.SerialNumber is not null);
            return problem is null ? sample : null;
        }
        catch (JsonException e)
        {
            problem = $"not JSON: {JsonInput.Describe(e, utf8.Span, withLine: false).TrimEnd('.')}";
            return null;
        }
        catch (InvalidOperationException e)
        {
            problem = TextDecoder.ProblemOf(utf8.Span) ?? $"not valid text: {e.Message}";
            return null;
        }
    }

    /// <summary>Timestamp may be the time; left as an attribute, the reading would get the time of its arrival.</summary>
    private static string? AlikeProblem(Sample sample, string name, string what, bool isThere)
    {
        for (var i = 0; i < sample.Attributes.Count && !isThere; i++)
        {
            var alike = sample.Attributes[i].Key;
            if (alike.Equals(name, StringComparison.OrdinalIgnoreCase)) return $"{Shown.Of(alike)} may be the {what}: write it {name}, or call the attribute something else";
        }

        return null;
    }

    private static Sample? TryRead(JsonElement root, TimestampReader timestamps, out string? problem)
    {
        problem = null;
        if (root.ValueKind != JsonValueKind.Object)
        {
            problem = $"a JSON object is expected, not {root.ValueKind}";
            return null;
        }

        string? serialNumber = null;
        ReadingTime? timestamp = null;
        var attributes = new List<KeyValuePair<string, ReadingValue>>();
        foreach (var property in root.EnumerateObject())
        {
            if (property.NameEquals(SerialNumberName))
            {
                if (serialNumber is not null) problem ??= $"{SerialNumberName} appears twice";
                serialNumber = property.Value.ValueKind == JsonValueKind.String ? NamesBefore.SerialNumber(property.Value) : null;
                if (serialNumber is null) problem ??= $"{SerialNumberName} must be a string";
            }
            else if (property.NameEquals(TimestampName))
            {
                if (timestamp is not null) problem ??= $"{TimestampName} appears twice";
                timestamp = timestamps.TryRead(property.Value, out var wrong);
                if (timestamp is null) problem ??= $"{TimestampName} {Shown.Of(property.Value.ToString())} {wrong}";
            }
            else
            {
                attributes.Add(KeyValuePair.Create(NamesBefore.Attribute(property, attributes.Count), ReadingValue.From(property.Value)));
            }
        }

        return problem is null ? new Sample(attributes) { SerialNumber = serialNumber, Timestamp = timestamp } : null;
    }
}

/// <summary>The names of the object that this thread read before: most readings have the same ones in the same places, and need no strings of their own.</summary>
internal static class NamesBefore
{
    private const int Places = 16;
    private const int LongestKept = 64;

    [ThreadStatic]
    private static string?[]? _attributes;

    [ThreadStatic]
    private static string? _serialNumber;

    public static string Attribute(JsonProperty property, int place)
    {
        if (place >= Places) return property.Name;
        var names = _attributes ??= new string?[Places];
        if (names[place] is { } before && property.NameEquals(before)) return before;
        var name = property.Name;
        if (name.Length <= LongestKept) names[place] = name;
        return name;
    }

    public static string SerialNumber(JsonElement text)
    {
        if (_serialNumber is { } before && text.ValueEquals(before)) return before;
        var serialNumber = text.GetString()!;
        if (serialNumber.Length <= LongestKept) _serialNumber = serialNumber;
        return serialNumber;
    }
}
