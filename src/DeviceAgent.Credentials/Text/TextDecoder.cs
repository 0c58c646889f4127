using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;

namespace DeviceAgent.Credentials.Text;

/// <summary>
/// The one reader of text that was written elsewhere: UTF-8, UTF-16 with a byte order mark, or an encoding that was named; strict. A text that is too
/// long to be held is read by <see cref="Utf8Stream"/>.
/// </summary>
internal static class TextDecoder
{
    /// <summary>What 0x80 to 0x9F are in windows-1252; 0: nothing.</summary>
    private const string Windows1252 =
        "\u20AC\0\u201A\u0192\u201E\u2026\u2020\u2021\u02C6\u2030\u0160\u2039\u0152\0\u017D\0\0\u2018\u2019\u201C\u201D\u2022\u2013\u2014\u02DC\u2122\u0161\u203A\u0153\0\u017E\u0178";

    /// <summary>The text; null when <paramref name="problem"/> says, with the byte's offset, why it cannot be read.</summary>
    public static string? Decode(ReadOnlySpan<byte> bytes, out string? problem, TextEncoding? named = null) =>
        Characters(bytes, out problem, named) is { } characters ? new string(characters) : null;

    /// <summary>The same as characters that can be wiped, for keys.</summary>
    public static char[]? Characters(ReadOnlySpan<byte> bytes, out string? problem, TextEncoding? named = null)
    {
        var start = TextStart.Of(bytes, named);
        problem = start.Problem;
        if (problem is not null) return null;
        var characters = new char[bytes.Length];
        var (length, bad) = Convert(start.Encoding, bytes[start.MarkBytes..], characters);
        if (bad is { } offset)
        {
            problem = Fault(start.Encoding, bytes, start.MarkBytes + offset);
            Array.Clear(characters);
            return null;
        }

        var text = characters.AsSpan(0, length).ToArray();
        Array.Clear(characters);
        return text;
    }

    /// <summary>The same as UTF-8 without a byte order mark, for readers of JSON; no copy where it is that already.</summary>
    public static ReadOnlyMemory<byte>? ToUtf8(ReadOnlyMemory<byte> bytes, out string? problem, TextEncoding? named = null)
    {
        var start = TextStart.Of(bytes.Span, named);
        if (start is { Problem: null, Encoding: TextEncoding.Utf8 } && Utf8.IsValid(bytes.Span[start.MarkBytes..]))
        {
            problem = null;
            return bytes[start.MarkBytes..];
        }

        return Characters(bytes.Span, out problem, named) is { } characters ? Encoding.UTF8.GetBytes(characters) : (ReadOnlyMemory<byte>?)null;
    }

    /// <summary>What is wrong with one line of <see cref="Utf8Stream"/>: <c>byte 7 (0xE9) is not UTF-8; ...</c>; null when nothing is.</summary>
    /// <param name="line">Its bytes.</param>
    /// <param name="source">The encoding of the source, as <see cref="Utf8Stream.Encoding"/> says.</param>
    public static string? ProblemOf(ReadOnlySpan<byte> line, TextEncoding source = TextEncoding.Utf8)
    {
        if (Utf8.IsValid(line)) return null;
        var offset = FirstBad(line);
        return source is TextEncoding.Utf8 or TextEncoding.Windows1252
            ? Fault(source, line, offset)
            : $"it holds half a character (U+{(line.Length > offset + 2 ? ((line[offset] & 0xF) << 12) | ((line[offset + 1] & 0x3F) << 6) | (line[offset + 2] & 0x3F) : 0xFFFD):X4}); "
            + "save the text as UTF-8";
    }

    /// <summary>Converts up to the first byte that does not belong there.</summary>
    private static (int Length, int? Bad) Convert(TextEncoding encoding, ReadOnlySpan<byte> bytes, Span<char> characters)
    {
        switch (encoding)
        {
            case TextEncoding.Utf8:
                var status = Utf8.ToUtf16(bytes, characters, out var read, out var written, replaceInvalidSequences: false, isFinalBlock: true);
                return (written, status == OperationStatus.Done ? null : read);
            case TextEncoding.Utf16LittleEndian or TextEncoding.Utf16BigEndian:
                return FromUtf16(encoding == TextEncoding.Utf16BigEndian, bytes, characters);
            default:
                for (var i = 0; i < bytes.Length; i++)
                {
                    characters[i] = encoding == TextEncoding.Latin1 ? (char)bytes[i] : OfWindows1252(bytes[i]);
                    if (characters[i] == 0 && bytes[i] != 0) return (i, i);
                }

                return (bytes.Length, null);
        }
    }

    private static (int Length, int? Bad) FromUtf16(bool bigEndian, ReadOnlySpan<byte> bytes, Span<char> characters)
    {
        for (var i = 0; i < bytes.Length / 2; i++)
        {
            characters[i] = Utf16Unit(bigEndian, bytes[(2 * i)..]);
            if (char.IsLowSurrogate(characters[i]) && (i == 0 || !char.IsHighSurrogate(characters[i - 1]))) return (i, 2 * i);
            if (!char.IsLowSurrogate(characters[i]) && i > 0 && char.IsHighSurrogate(characters[i - 1])) return (i, 2 * (i - 1));
        }

        var length = bytes.Length / 2;
        if (length > 0 && char.IsHighSurrogate(characters[length - 1])) return (length, 2 * (length - 1));
        return (length, bytes.Length % 2 == 0 ? null : bytes.Length - 1);
    }

    internal static char Utf16Unit(bool bigEndian, ReadOnlySpan<byte> bytes) =>
        (char)(bigEndian ? BinaryPrimitives.ReadUInt16BigEndian(bytes) : BinaryPrimitives.ReadUInt16LittleEndian(bytes));

    /// <summary>0 when it is nothing, and for 0.</summary>
    internal static char OfWindows1252(byte value) => value is >= 0x80 and < 0xA0 ? Windows1252[value - 0x80] : (char)value;

    private static string Fault(TextEncoding encoding, ReadOnlySpan<byte> bytes, int offset)
    {
        if (encoding is TextEncoding.Utf16LittleEndian or TextEncoding.Utf16BigEndian)
            return $"byte {offset} begins half a character of {TextEncodings.NameOf(encoding)} (the text breaks off, or is damaged); save it as UTF-8";
        var at = $"byte {offset} (0x{bytes[offset]:X2}) is not {(encoding == TextEncoding.Utf8 ? "UTF-8" : TextEncodings.NameOf(encoding))}";
        return encoding == TextEncoding.Utf8 ? $"{at}; save the text as UTF-8" : $"{at}; name the encoding that it has, or save it as UTF-8";
    }

    private static int FirstBad(ReadOnlySpan<byte> utf8)
    {
        var offset = 0;
        while (Rune.DecodeFromUtf8(utf8[offset..], out _, out var consumed) == OperationStatus.Done) offset += consumed;
        return offset;
    }
}
