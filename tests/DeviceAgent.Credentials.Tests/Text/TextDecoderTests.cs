using System.Text;
using DeviceAgent.Credentials.Text;

namespace DeviceAgent.Credentials.Tests.Text;

public class TextDecoderTests
{
    private const string Sample = "Zähler € 😀\r\n";

    public static TheoryData<string, byte[]> Forms => new()
    {
        { "", Encoding.UTF8.GetBytes(Sample) },
        { "", Marked(new UTF8Encoding(true)) },
        { "utf-8", Marked(new UTF8Encoding(true)) },
        { "", Marked(Encoding.Unicode) },
        { "", Marked(Encoding.BigEndianUnicode) },
        { "utf-16", Marked(Encoding.BigEndianUnicode) },
        { "UTF-16LE", Encoding.Unicode.GetBytes(Sample) },
        { "utf-16be", Encoding.BigEndianUnicode.GetBytes(Sample) },
    };

    [Theory]
    [MemberData(nameof(Forms))]
    public void Decode_EveryForm_IsTheTextWithoutItsMark(string named, byte[] bytes)
    {
        Assert.Equal(Sample, TextDecoder.Decode(bytes, out var problem, TextEncodings.Find(named)));
        Assert.Null(problem);
        Assert.Equal(Encoding.UTF8.GetBytes(Sample), TextDecoder.ToUtf8(bytes, out _, TextEncodings.Find(named))!.Value.ToArray());
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task Utf8Stream_EveryFormInPiecesOfAnySize_IsUtf8WithoutItsMark(string named, byte[] bytes)
    {
        foreach (var piece in new[] { 1, 2, 3, 1000 })
        {
            await using var stream = new Utf8Stream(new Pieces(bytes, piece), TextEncodings.Find(named));
            using var copy = new MemoryStream();
            await stream.CopyToAsync(copy);
            Assert.Equal(Sample, Encoding.UTF8.GetString(copy.ToArray()));
        }
    }

    [Fact]
    public void Utf8Stream_LongText_IsReadWhole()
    {
        var text = string.Concat(Enumerable.Repeat("Zähler € 😀 ", 20_000));
        Assert.Equal(text, Encoding.UTF8.GetString(ReadAll([0xFF, 0xFE, .. Encoding.Unicode.GetBytes(text)])));
        Assert.Equal(text.Replace("😀", ""), Encoding.UTF8.GetString(ReadAll(Windows1252(text.Replace("😀", "")), TextEncoding.Windows1252)));
    }

    [Theory]
    [InlineData("latin1", new byte[] { 0x5A, 0xE4, 0x80 }, "Zä\u0080")]
    [InlineData("iso-8859-1", new byte[] { 0xB0, 0x43 }, "°C")]
    [InlineData("windows-1252", new byte[] { 0x80, 0x9F, 0xE4 }, "€Ÿä")]
    public void Decode_NamedEncodingOfOneByte_IsRead(string named, byte[] bytes, string expected)
    {
        Assert.Equal(expected, TextDecoder.Decode(bytes, out _, TextEncodings.Find(named)));
        Assert.Equal(expected, Encoding.UTF8.GetString(ReadAll(bytes, TextEncodings.Find(named))));
    }

    [Theory]
    [InlineData("", new byte[] { 0x54, 0xE9, 0x6D }, "byte 1 (0xE9) is not UTF-8; save the text as UTF-8")]
    [InlineData("", new byte[] { 0xEF, 0xBB, 0xBF, 0x54, 0xFF }, "byte 4 (0xFF) is not UTF-8; save the text as UTF-8")]
    [InlineData("", new byte[] { 0xED, 0xA0, 0x80 }, "byte 0 (0xED) is not UTF-8; save the text as UTF-8")]
    [InlineData("", new byte[] { 0x54, 0xC3 }, "byte 1 (0xC3) is not UTF-8; save the text as UTF-8")]
    [InlineData("", new byte[] { 0x7B, 0, 0x22, 0 }, "byte 1 is zero: the text looks like utf-16le without a byte order mark; save it as UTF-8")]
    [InlineData("", new byte[] { 0, 0x7B, 0, 0x22 }, "byte 0 is zero: the text looks like utf-16be without a byte order mark; save it as UTF-8")]
    [InlineData("", new byte[] { 0xFF, 0xFE, 0, 0, 0x7B, 0, 0, 0 }, "the text is UTF-32 (byte order mark at byte 0), which is not read; save it as UTF-8")]
    [InlineData("", new byte[] { 0xFF, 0xFE, 0x41, 0, 0x3D, 0xD8, 0x41, 0 }, "byte 4 begins half a character of utf-16le (the text breaks off, or is damaged); save it as UTF-8")]
    [InlineData("", new byte[] { 0xFE, 0xFF, 0, 0x41, 0xDE, 0 }, "byte 4 begins half a character of utf-16be (the text breaks off, or is damaged); save it as UTF-8")]
    [InlineData("", new byte[] { 0xFF, 0xFE, 0x41, 0, 0x3D, 0xD8 }, "byte 4 begins half a character of utf-16le (the text breaks off, or is damaged); save it as UTF-8")]
    [InlineData("", new byte[] { 0xFF, 0xFE, 0x41, 0, 0x42 }, "byte 4 begins half a character of utf-16le (the text breaks off, or is damaged); save it as UTF-8")]
    [InlineData("windows-1252", new byte[] { 0x41, 0x81 }, "byte 1 (0x81) is not windows-1252; name the encoding that it has, or save it as UTF-8")]
    [InlineData("utf-16", new byte[] { 0x7B, 0 }, "the text has no byte order mark at byte 0, so utf-16 does not say the order of its bytes; name it utf-16le or utf-16be")]
    [InlineData("latin1", new byte[] { 0xEF, 0xBB, 0xBF, 0x41 }, "the text starts with the byte order mark of utf-8, but its encoding is said to be latin1")]
    public void Decode_WhatIsNotThatEncoding_IsRefusedWithTheOffset(string named, byte[] bytes, string expected)
    {
        Assert.Null(TextDecoder.Decode(bytes, out var problem, TextEncodings.Find(named)));
        Assert.Equal(expected, problem);
        Assert.Null(TextDecoder.ToUtf8(bytes, out problem, TextEncodings.Find(named)));
        Assert.Equal(expected, problem);
    }

    [Fact]
    public void Decode_Nothing_IsEmpty()
    {
        Assert.Equal("", TextDecoder.Decode([], out _));
        Assert.Empty(ReadAll([]));
        Assert.Equal("{", TextDecoder.Decode("{"u8, out _));
    }

    [Theory]
    [InlineData("", new byte[] { 0x61, 0x0A, 0x54, 0xE9, 0x0A, 0x62 }, "byte 1 (0xE9) is not UTF-8; save the text as UTF-8")]
    [InlineData("windows-1252", new byte[] { 0x61, 0x0A, 0xE4, 0x81, 0x0A, 0x62 }, "byte 2 (0x81) is not windows-1252; name the encoding that it has, or save it as UTF-8")]
    [InlineData("utf-16le", new byte[] { 0x61, 0, 0x0A, 0, 0x3D, 0xD8, 0x0A, 0, 0x62, 0 }, "it holds half a character (U+D83D); save the text as UTF-8")]
    [InlineData("utf-16be", new byte[] { 0, 0x61, 0, 0x0A, 0xDC, 0x01, 0, 0x0A, 0, 0x62 }, "it holds half a character (U+DC01); save the text as UTF-8")]
    public void Utf8Stream_BadByteInTheSecondLine_IsToldOfThatLineOnly(string named, byte[] bytes, string expected)
    {
        using var stream = new Utf8Stream(new Pieces(bytes, 1), TextEncodings.Find(named));
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        var lines = new List<byte[]>();
        var rest = copy.ToArray();
        for (var end = Array.IndexOf(rest, (byte)'\n'); end >= 0; end = Array.IndexOf(rest, (byte)'\n'))
        {
            lines.Add(rest[..end]);
            rest = rest[(end + 1)..];
        }

        lines.Add(rest);
        Assert.Equal(["a", "b"], [Encoding.UTF8.GetString(lines[0]), Encoding.UTF8.GetString(lines[2])]);
        Assert.Equal([null, expected, null], lines.Select(l => TextDecoder.ProblemOf(l, stream.Encoding)));
    }

    [Fact]
    public void Utf8Stream_StartThatCannotBeRead_IsRefusedByName()
    {
        var e = Assert.Throws<InvalidDataException>(() => ReadAll([0x74, 0, 0x69, 0]));
        Assert.Equal("byte 1 is zero: the text looks like utf-16le without a byte order mark; save it as UTF-8", e.Message);
    }

    [Fact]
    public void Utf8Stream_EndsInTheMiddleOfUtf16_ItsLastLineIsBad()
    {
        var bytes = ReadAll([0xFF, 0xFE, 0x61, 0, 0x62]);
        Assert.Equal("it holds half a character (U+FFFD); save the text as UTF-8", TextDecoder.ProblemOf(bytes, TextEncoding.Utf16LittleEndian));
    }

    [Fact]
    public void Names_AreThoseThatCanBeFound()
    {
        Assert.Equal("utf-8, utf-16, utf-16le, utf-16be, latin1, windows-1252", TextEncodings.Names);
        Assert.All(TextEncodings.Names.Split(", "), n => Assert.Equal(n, TextEncodings.NameOf(TextEncodings.Find(n)!.Value)));
        Assert.Null(TextEncodings.Find("ebcdic"));
    }

    private static byte[] Marked(Encoding encoding) => [.. encoding.GetPreamble(), .. encoding.GetBytes(Sample)];

    private static byte[] Windows1252(string text) => [.. text.Select(c => c == '€' ? (byte)0x80 : (byte)c)];

    private static byte[] ReadAll(byte[] bytes, TextEncoding? named = null)
    {
        using var stream = new Utf8Stream(new MemoryStream(bytes), named);
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }

    /// <summary>Gives at most so many bytes at a time, as a pipe may.</summary>
    private sealed class Pieces(byte[] bytes, int size) : MemoryStream(bytes)
    {
        public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(count, size));

        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(buffer.Length, size)]);

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, size)], cancellationToken);
    }
}
