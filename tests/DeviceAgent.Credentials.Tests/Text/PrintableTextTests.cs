using DeviceAgent.Credentials.Text;

namespace DeviceAgent.Credentials.Tests.Text;

public sealed class PrintableTextTests
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("größer 🌡 日本", "größer 🌡 日本")]
    [InlineData("a\r\nb\tc", "a  b c")]
    [InlineData("\u001b[31mred\u009b", " [31mred ")]
    [InlineData("a\u202ecba\u2066\u200f", "a cba  ")]
    [InlineData("a\u2028b\u2029c\u0085", "a b c ")]
    [InlineData("a\u200b\u00ad\ufeffb", "a   b")]
    [InlineData("a\ue000\uffff\U000e0041", "a   ")]
    public void Of_AnyText_IsOneLineThatCanBePrinted(string text, string expected)
    {
        Assert.Equal(expected, PrintableText.Of(text));
        Assert.Equal(expected, PrintableText.Of(expected));
    }

    [Fact]
    public void Of_LongText_IsCutBetweenCharacters()
    {
        Assert.Equal("12345", PrintableText.Of("12345", 5));
        Assert.Equal("12...", PrintableText.Of("123456", 5));
        Assert.Equal("1...", PrintableText.Of("1🌡🌡", 5 - 1));
        Assert.Equal("1...", PrintableText.Of("1🌡🌡🌡", 5));
        Assert.Equal(PrintableText.Longest, PrintableText.Of(new string('\n', 1_000_000)).Length);
    }

    /// <summary>Not as a row: half a character does not come through an attribute.</summary>
    [Fact]
    public void Of_HalfCharacters_AreSpaces() => Assert.Equal("a b c", PrintableText.Of("a\ud800b\udc00c"));

    [Theory]
    [InlineData("größer 🌡 日本", "größer 🌡 日本")]
    [InlineData("a\r\nb\tc", @"a\r\nb\tc")]
    [InlineData("\u001b[31mred", @"\u001b[31mred")]
    [InlineData("a\u202e\U000e0041", @"a\u202e\udb40\udc41")]
    public void Escaped_AnyText_ShowsWhatCannotBePrinted(string text, string expected) => Assert.Equal(expected, PrintableText.Escaped(text));

    [Fact]
    public void Escaped_LongText_IsCut() => Assert.Equal(@"\n\n...", PrintableText.Escaped(new string('\n', 100), 7));

    [Fact]
    public void Of_Nothing_IsNothing() => Assert.Null(PrintableText.Of(null));
}
