using System.Text;
using DeviceAgent.Credentials.Text;
using DeviceAgent.Readings;
using DeviceAgent.Readings.Sources;

namespace DeviceAgent.Tests.Readings.Sources;

/// <summary>A recording that is of another form as a whole is known before the agent runs.</summary>
public sealed class RecordingFormTests
{
    private const string Line = "{\"timestamp\":\"2026-01-05T10:00:00Z\",\"a\":1}\n";

    [Fact]
    public void FindProblem_NdjsonInUtf16WithoutByteOrderMark_OrInUtf32_IsKnownAsInCsv()
    {
        Assert.Equal("byte 1 is zero: the text looks like utf-16le without a byte order mark; save it as UTF-8", Find(Encoding.Unicode.GetBytes(Line), FileFormat.Ndjson));
        Assert.Equal("the text is UTF-32 (byte order mark at byte 0), which is not read; save it as UTF-8", Find([0xFF, 0xFE, 0, 0, .. Encoding.UTF32.GetBytes(Line)], FileFormat.Ndjson));
        Assert.Null(Find(Encoding.Unicode.GetBytes(Line), FileFormat.Ndjson, TextEncoding.Utf16LittleEndian));
        Assert.Null(Find([0xFF, 0xFE, .. Encoding.Unicode.GetBytes(Line)], FileFormat.Ndjson));
    }

    [Theory]
    [InlineData("{\"timestamp\":\"2026-01-05T10:00:00Z\"}\n", "set source.format to ndjson")]
    [InlineData("[\n{\"a\":1},\n", "set source.format to ndjson")]
    [InlineData("[{\"a\":1}]", "set source.format to ndjson")]
    [InlineData("[timestamp],[temp]\n2026-01-05T10:00:00Z,1\n", null)]
    [InlineData("timestamp,temp\n", null)]
    [InlineData("", null)]
    public void FindProblem_JsonThatIsToBeReadAsCsv_IsNamed(string text, string? expected) => AssertProblem(expected, text, FileFormat.Csv);

    [Theory]
    [InlineData("timestamp,a\n2026-01-05T10:00:00Z,1\n", "set source.format to csv")]
    [InlineData("[\n{\"a\":1},\n{\"a\":2}\n]\n", "one object a line, as jq -c does")]
    [InlineData("{\n \"a\":1\n}\n", "one object a line, as jq -c does")]
    [InlineData("damaged\n{\"a\":1}\n", null)]
    [InlineData("{\"a\":\n", null)]
    [InlineData("\n\n", null)]
    [InlineData("", null)]
    public void FindProblem_WhatIsToBeReadAsNdjsonAndIsNot_IsNamed_AndASingleLineNeverDecides(string text, string? expected) => AssertProblem(expected, text, FileFormat.Ndjson);

    [Theory]
    [InlineData(new byte[] { 0x1F, 0x8B, 8, 0 }, "is compressed by gzip: unpack it with gunzip")]
    [InlineData(new byte[] { (byte)'P', (byte)'K', 3, 4, 20 }, "is a ZIP file, as the sheets of .xlsx and .ods are: unpack it, or save the sheet as CSV")]
    public void FindProblem_Packed_IsNamed(byte[] file, string expected) => Assert.Equal(expected, Find(file, FileFormat.Csv));

    private static void AssertProblem(string? expected, string text, FileFormat format)
    {
        var problem = Find(Encoding.UTF8.GetBytes(text), format);
        if (expected is null) Assert.Null(problem);
        else Assert.Contains(expected, problem, StringComparison.Ordinal);
    }

    private static string? Find(byte[] file, FileFormat format, TextEncoding? encoding = null) => RecordingForm.FindProblem(new MemoryStream(file), format, encoding);
}
