using DeviceAgent.Readings.Sources;

namespace DeviceAgent.Tests.Readings.Sources;

public class CsvReaderTests
{
    [Theory]
    [InlineData("a,b,c", "a|b|c")]
    [InlineData("a,,", "a||")]
    [InlineData("\"a,b\",c", "a,b|c")]
    [InlineData("\"say \"\"hi\"\"\",\"\"", "say \"hi\"|")]
    [InlineData("\"two\nlines\",x", "two\nlines|x")]
    public void Records_OneRecord_IsSplit(string text, string expected)
    {
        var record = Assert.Single(Read(text));
        Assert.Null(record.Problem);
        Assert.Equal(expected, string.Join('|', record.Fields));
    }

    [Theory]
    [InlineData("a,\"b\"c\nx,y", "text after the closing quote of field 2")]
    [InlineData("a,b\"c\nx,y", "a quote inside the unquoted field 2")]
    [InlineData("a,\"bc\nx,y", "a quote is opened and not closed")]
    public void Records_BadQuote_CostsItsLineOnly(string text, string expected)
    {
        var records = Read(text);
        Assert.Equal([1L, 2L], records.Select(r => r.Line));
        Assert.Equal(expected, records[0].Problem);
        Assert.Equal(["x", "y"], records[1].Fields);
    }

    [Fact]
    public void Records_LineNumbers_CountBlankAndContinuedLines() =>
        Assert.Equal([1L, 4L, 6L], Read("h\n\n\n\"a\n\",b\r\nc").Select(r => r.Line));

    private static List<CsvRecord> Read(string text) => [.. new CsvReader(new StringReader(text)).Records()];
}
