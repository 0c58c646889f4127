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
    public async Task Records_OneRecord_IsSplit(string text, string expected)
    {
        var record = Assert.Single(await ReadAsync(text));
        Assert.Null(record.Problem);
        Assert.Equal(expected, string.Join('|', record.Fields.Select(f => f.Text)));
    }

    [Theory]
    [InlineData("a,\"b\"c\nx,y", "text after the closing quote of field 2")]
    [InlineData("a,b\"c\nx,y", "a quote inside the unquoted field 2")]
    [InlineData("a,\"bc\nx,y", "a quote is opened and not closed")]
    public async Task Records_BadQuote_CostsItsLineOnly(string text, string expected)
    {
        var records = await ReadAsync(text);
        Assert.Equal([1L, 2L], records.Select(r => r.Line));
        Assert.StartsWith(expected, records[0].Problem, StringComparison.Ordinal);
        Assert.Equal(["x", "y"], records[1].Fields.Select(f => f.Text));
    }

    [Fact]
    public async Task Records_LineNumbers_CountBlankAndContinuedLines() =>
        Assert.Equal([1L, 4L, 6L], (await ReadAsync("h\n\n\n\"a\n\",b\r\nc")).Select(r => r.Line));

    private static async Task<List<CsvRecord>> ReadAsync(string text)
    {
        var reader = new CsvReader(new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text)), ',');
        var records = new List<CsvRecord>();
        while (await reader.ReadAsync(CancellationToken.None) is { } record) records.Add(record);
        return records;
    }
}
