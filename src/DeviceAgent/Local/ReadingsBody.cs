using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace DeviceAgent.Local;

/// <summary>Cuts a body into its readings, each as JSON by itself: what is wrong with one does not touch the others.</summary>
internal static class ReadingsBody
{
    public const int MaxReadings = 1000;

    /// <exception cref="RefusedException">Not JSON as a whole, or too many readings.</exception>
    public static IReadOnlyList<ReadOnlyMemory<byte>> Split(ReadOnlyMemory<byte> body, BodyFormat format)
    {
        if (body.Span.StartsWith("\uFEFF"u8)) body = body[3..];
        return format == BodyFormat.Ndjson ? Lines(body) : Values(body);
    }

    /// <summary>Blank lines do not count.</summary>
    private static List<ReadOnlyMemory<byte>> Lines(ReadOnlyMemory<byte> body)
    {
        var lines = new List<ReadOnlyMemory<byte>>();
        while (!body.IsEmpty)
        {
            var end = body.Span.IndexOf((byte)'\n');
            var line = end < 0 ? body : body[..end];
            body = end < 0 ? default : body[(end + 1)..];
            if (line.Span.IndexOfAnyExcept(" \t\r"u8) >= 0) Add(lines, line);
        }

        return lines;
    }

    private static List<ReadOnlyMemory<byte>> Values(ReadOnlyMemory<byte> body)
    {
        var values = new List<ReadOnlyMemory<byte>>();
        var reader = new Utf8JsonReader(body.Span);
        try
        {
            reader.Read();
            if (reader.TokenType == JsonTokenType.StartArray)
            {
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray) Add(values, Value(ref reader, body));
            }
            else
            {
                Add(values, Value(ref reader, body));
            }

            // Whatever stands behind the value is an error.
            reader.Read();
        }
        catch (JsonException e)
        {
            throw new RefusedException($"the body is not JSON: {e.Message}", e);
        }

        return values;
    }

    private static ReadOnlyMemory<byte> Value(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body)
    {
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return body[start..(int)reader.BytesConsumed];
    }

    private static void Add(List<ReadOnlyMemory<byte>> values, ReadOnlyMemory<byte> value)
    {
        if (values.Count == MaxReadings) throw new RefusedException(StatusCodes.Status413PayloadTooLarge, $"more than {MaxReadings} readings in a request: send them in several");
        values.Add(value);
    }
}
