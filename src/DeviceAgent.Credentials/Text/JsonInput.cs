using System.Text.Json;
using System.Text.Json.Nodes;

namespace DeviceAgent.Credentials.Text;

/// <summary>
/// JSON that was written elsewhere, as a document in which every name and every text can be read: half a surrogate pair (<c>"\ud800"</c>), which JSON allows
/// and no text is, ends here and not in the middle of something else.
/// </summary>
internal static class JsonInput
{
    /// <param name="bytes">In any encoding that <see cref="TextDecoder"/> tells by itself.</param>
    /// <param name="options">Comments, trailing commas, depth.</param>
    /// <exception cref="JsonException">It is not JSON, or not text; line and byte are given where there are any, the message says what to do.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> bytes, JsonDocumentOptions options = default)
    {
        var utf8 = TextDecoder.ToUtf8(bytes, out var problem) ?? throw new JsonException(problem);
        return HalfCharacter(utf8.Span, options) is { } fault ? throw fault : JsonDocument.Parse(utf8, options);
    }

    /// <summary>The same as nodes; null for <c>null</c>.</summary>
    /// <exception cref="JsonException">As <see cref="Parse"/>.</exception>
    public static JsonNode? ParseNode(ReadOnlyMemory<byte> bytes, JsonDocumentOptions options = default)
    {
        var utf8 = TextDecoder.ToUtf8(bytes, out var problem) ?? throw new JsonException(problem);
        return HalfCharacter(utf8.Span, options) is { } fault ? throw fault : JsonNode.Parse(utf8.Span, documentOptions: options);
    }

    /// <summary>What is wrong, beginning with its place: <c>line 1, byte 40: 'N' is an invalid start of a value.</c> Lines from 1, bytes in them from 0.</summary>
    public static string Describe(JsonException fault, bool withLine = true)
    {
        var text = fault.Message;
        var place = text.IndexOf(" LineNumber: ", StringComparison.Ordinal);
        if (place < 0 || fault is not { LineNumber: { } line, BytePositionInLine: { } at }) return text;

        // For a word that is not true, false or null .NET quotes all that follows, passwords included.
        var what = text.Contains("is an invalid JSON literal", StringComparison.Ordinal) ? "neither a number, true, false nor null, and not in quotes" : text[..place];
        return $"{(withLine ? $"line {line + 1}, " : "")}byte {at}: {what}";
    }

    /// <summary>Null when every text is one.</summary>
    private static JsonException? HalfCharacter(ReadOnlySpan<byte> utf8, JsonDocumentOptions options)
    {
        if (utf8.IndexOf("\\u"u8) < 0) return null;
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { CommentHandling = options.CommentHandling, AllowTrailingCommas = options.AllowTrailingCommas, MaxDepth = options.MaxDepth });
        while (reader.Read())
        {
            if (!reader.ValueIsEscaped || TextOf(ref reader) is not null) continue;
            var before = utf8[..(int)reader.TokenStartIndex];
            var line = before.Count((byte)'\n');
            var byteInLine = before.Length - 1 - before.LastIndexOf((byte)'\n');
            return new JsonException(
                $"line {line + 1}, byte {byteInLine}: a text holds half a character (\\uD800 to \\uDFFF stand in pairs); write the character itself, or leave it out", null, line, byteInLine);
        }

        return null;
    }

    /// <summary>A text or a name; null when it is none, because it holds half a character.</summary>
    public static string? TextOf(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
