using System.Text;
using DeviceAgent.Local;
using DeviceAgent.Readings;
using Microsoft.AspNetCore.Http;

namespace DeviceAgent.Tests.Local;

public sealed class ReadingsBodyTests
{
    [Theory]
    [InlineData("{\"a\":1}\n{\"a\":2}\n")]
    [InlineData("{\"a\":1}\r\n{\"a\":2}\r\n")]
    [InlineData("{\"a\":1}\r{\"a\":2}\r")]
    [InlineData("\n{\"a\":1}\r\r\n \n{\"a\":2}")]
    public void Split_LinesWithAnyEnds_AreAllFound(string body) =>
        Assert.Equal(["{\"a\":1}", "{\"a\":2}"], ReadingsBody.Split(Encoding.UTF8.GetBytes(body), BodyFormat.Ndjson).Select(l => Encoding.UTF8.GetString(l.Span)));

    [Fact]
    public void Split_NotJson_NamesLineAndByte() => Assert.Equal(
        "the body is not JSON: line 2, column 7: 'N' is an invalid start of a value.",
        Assert.Throws<RefusedException>(() => ReadingsBody.Split("[{\"a\":1},\n {\"a\":NaN}]"u8.ToArray(), BodyFormat.Json)).Message);

    [Theory]
    [InlineData("{\"a\":NaN}", "not JSON: column 6: 'N' is an invalid start of a value")]
    [InlineData("{\"a\":1},", "not JSON: column 8: ',' is invalid after a single JSON value. Expected end of data")]
    public void TryRead_NotJson_NamesTheColumn(string line, string expected)
    {
        Assert.Null(ReadingJson.TryRead(Encoding.UTF8.GetBytes(line), TimestampReader.Stored, out var problem));
        Assert.Equal(expected, problem);
    }

    [Fact]
    public void TryRead_ATextOfAnotherEncoding_NamesTheByte()
    {
        Assert.Null(ReadingJson.TryRead(Encoding.Latin1.GetBytes("{\"a\":\"é\"}"), TimestampReader.Stored, out var problem));
        Assert.Equal("byte 6 (0xE9) is not UTF-8; save the text as UTF-8", problem);
    }

    [Theory]
    [InlineData("application/json; charset=\"utf-8\"")]
    [InlineData("application/json; charset=UTF-8")]
    public void Of_CharsetInQuotes_IsTheSame(string type)
    {
        var context = new DefaultHttpContext();
        context.Request.ContentType = type;
        Assert.Equal(BodyFormat.Json, BodyFormats.Of(context.Request));
    }
}
