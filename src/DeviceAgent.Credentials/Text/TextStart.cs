namespace DeviceAgent.Credentials.Text;

/// <summary>Tells from a text's first bytes, and from the name that was given for its encoding, how the rest is to be read.</summary>
/// <param name="Encoding">Never <see cref="TextEncoding.Utf16"/>.</param>
/// <param name="MarkBytes">The length of the byte order mark.</param>
/// <param name="Problem">Why it cannot be read; null when it can.</param>
internal readonly record struct TextStart(TextEncoding Encoding, int MarkBytes, string? Problem)
{
    /// <summary>As many bytes decide, unless the text ends before.</summary>
    public const int Bytes = 4;

    /// <param name="start">At least <see cref="Bytes"/>, or all there are.</param>
    /// <param name="named">What the text is said to be; null: nothing, UTF-8 without a byte order mark.</param>
    public static TextStart Of(ReadOnlySpan<byte> start, TextEncoding? named)
    {
        var (marked, length) = Mark(start);
        if (start is [0xFF, 0xFE, 0, 0, ..] or [0, 0, 0xFE, 0xFF, ..])
            return Refused("the text is UTF-32 (byte order mark at byte 0), which is not read; save it as UTF-8");
        if (marked is { } mark)
        {
            return named is null || named == mark || (named == TextEncoding.Utf16 && mark != TextEncoding.Utf8)
                ? new TextStart(mark, length, null)
                : Refused($"the text starts with the byte order mark of {TextEncodings.NameOf(mark)}, but its encoding is said to be {TextEncodings.NameOf(named.Value)}");
        }

        if (named == TextEncoding.Utf16)
            return Refused("the text has no byte order mark at byte 0, so utf-16 does not say the order of its bytes; name it utf-16le or utf-16be");
        if (named is null or TextEncoding.Utf8 && start is [0, not 0] or [not 0, 0] or [0, not 0, 0] or [not 0, 0, not 0] or [0, not 0, 0, not 0, ..] or [not 0, 0, not 0, 0, ..])
        {
            var order = start[0] == 0 ? "utf-16be" : "utf-16le";
            return Refused($"byte {(start[0] == 0 ? 0 : 1)} is zero: the text looks like {order} without a byte order mark; save it as UTF-8");
        }

        return new TextStart(named ?? TextEncoding.Utf8, 0, null);
    }

    /// <summary>Whether these first bytes may be the beginning of a byte order mark, or are too few to tell.</summary>
    public static bool NeedsMore(ReadOnlySpan<byte> start) => start.Length < 2 || (start.Length < Bytes && start[0] is 0xEF or 0xFF or 0xFE or 0);

    private static (TextEncoding? Encoding, int Length) Mark(ReadOnlySpan<byte> start) => start switch
    {
        [0xEF, 0xBB, 0xBF, ..] => (TextEncoding.Utf8, 3),
        [0xFF, 0xFE, ..] => (TextEncoding.Utf16LittleEndian, 2),
        [0xFE, 0xFF, ..] => (TextEncoding.Utf16BigEndian, 2),
        _ => (null, 0),
    };

    private static TextStart Refused(string problem) => new(default, 0, problem);
}
