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
    /// <exception cref="JsonException">It is not JSON, or not text; the message begins with the place where there is any, and says what to do.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> bytes, JsonDocumentOptions options = default) => Read(bytes, utf8 => JsonDocument.Parse(utf8, options), options);

    /// <summary>The same as nodes; null for <c>null</c>.</summary>
    /// <exception cref="JsonException">As <see cref="Parse"/>.</exception>
    public static JsonNode? ParseNode(ReadOnlyMemory<byte> bytes, JsonDocumentOptions options = default) => Read(bytes, utf8 => JsonNode.Parse(utf8.Span, documentOptions: options), options);

    /// <summary>What is wrong, beginning with its place as editors count: <c>line 1, column 40: 'N' is an invalid start of a value.</c></summary>
    /// <param name="fault">Of .NET's reader.</param>
    /// <param name="utf8">What it read.</param>
    /// <param name="withLine">Whether there is more than one.</param>
    public static string Describe(JsonException fault, ReadOnlySpan<byte> utf8, bool withLine = true)
    {
        var text = fault.Message;
        var place = text.IndexOf(" LineNumber: ", StringComparison.Ordinal);
        if (place < 0 || fault is not { LineNumber: { } line, BytePositionInLine: { } at }) return text;

        // For a word that is not true, false or null .NET quotes all that follows, passwords included.
        var what = text.Contains("is an invalid JSON literal", StringComparison.Ordinal) ? "neither a number, true, false nor null, and not in quotes" : text[..place];
        return $"{(withLine ? $"line {line + 1}, " : "")}column {Column(utf8, line, at)}: {what}";
    }

    /// <summary>The place alone, of what <see cref="Parse"/> threw: <c>line 1, column 40</c>; null where there is none. Nothing of the text is in it.</summary>
    public static string? PlaceOf(JsonException fault) => fault.LineNumber is null ? null : fault.Message.Split(':')[0];

    private static T Read<T>(ReadOnlyMemory<byte> bytes, Func<ReadOnlyMemory<byte>, T> parse, JsonDocumentOptions options)
    {
        var utf8 = TextDecoder.ToUtf8(bytes, out var problem) ?? throw new JsonException(problem);
        try
        {
            return HalfCharacter(utf8.Span, options) is { } half ? throw half : parse(utf8);
        }
        catch (JsonException e)
        {
            throw new JsonException(Describe(e, utf8.Span), e.Path, e.LineNumber, e.BytePositionInLine, e);
        }
    }

    /// <summary>From 1, in characters.</summary>
    /// <param name="utf8">All lines.</param>
    /// <param name="line">From 0.</param>
    /// <param name="byteInLine">From 0.</param>
    private static int Column(ReadOnlySpan<byte> utf8, long line, long byteInLine)
    {
        for (; line > 0 && utf8.IndexOf((byte)'\n') is >= 0 and var end; line--) utf8 = utf8[(end + 1)..];
        var column = 1;
        foreach (var unit in utf8[..(int)Math.Min(byteInLine, utf8.Length)])
        {
            const int mask = 0xC0, following = 0x80;
            if ((unit & mask) != following) column++;
        }

        return column;
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
                $"line {line + 1}, column {Column(utf8, line, byteInLine)}: a text holds half a character (\\uD800 to \\uDFFF stand in pairs); write the character itself, or leave it out", null, line, byteInLine);
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
