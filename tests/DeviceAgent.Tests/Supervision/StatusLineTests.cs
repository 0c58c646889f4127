using DeviceAgent.Supervision;

namespace DeviceAgent.Tests.Supervision;

public class StatusLineTests
{
    [Theory]
    [InlineData("plain text", "plain text")]
    [InlineData(" two\nlines\r\n", "two lines")]
    [InlineData("tab\tbell\aescape\u001b[31m", "tab bell escape [31m")]
    [InlineData("\u0085next\u2028line\u2029", "next line")]
    [InlineData("", "")]
    public void Clean_OfAnyText_IsOneLineWithoutControlCharacters(string text, string expected) => Assert.Equal(expected, StatusLine.Clean(text));

    [Fact]
    public void Clean_TooLong_IsShortened()
    {
        Assert.Equal(StatusLine.MaxLength, StatusLine.Clean(new string('x', StatusLine.MaxLength)).Length);
        var line = StatusLine.Clean(new string('x', StatusLine.MaxLength + 1));
        Assert.Equal(StatusLine.MaxLength, line.Length);
        Assert.EndsWith("x...", line, StringComparison.Ordinal);
    }

    [Fact]
    public void Clean_TooLong_NoCharacterIsTorn()
    {
        foreach (var before in new[] { "", "x" })
        {
            var line = StatusLine.Clean(before + string.Concat(Enumerable.Repeat("🌡", StatusLine.MaxLength)));
            Assert.All(line.EnumerateRunes(), r => Assert.NotEqual(System.Text.Rune.ReplacementChar, r));
            Assert.True(line.Length <= StatusLine.MaxLength);
        }
    }
}
