using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace DeviceAgent.Testbed.DynamoDb.Wire;

/// <summary>JSON in and out, with the service's answer to a malformed body.</summary>
internal static class WireJson
{
    // An attribute value nested 32 levels deep takes two JSON levels a level; what is deeper still is refused here.
    private static readonly JsonDocumentOptions Reading = new() { MaxDepth = 256 };

    private static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static JsonDocument Parse(ReadOnlyMemory<byte> body)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(body, Reading);
        }
        catch (JsonException)
        {
            throw DynamoDbException.Serialization();
        }

        if (document.RootElement.ValueKind == JsonValueKind.Object) return document;
        document.Dispose();
        throw DynamoDbException.Serialization();
    }

    /// <summary>A JSON object with the members that <paramref name="members"/> writes.</summary>
    public static byte[] Write(Action<Utf8JsonWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Writing))
        {
            writer.WriteStartObject();
            members(writer);
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}
