using System.Text;
using DeviceAgent.Credentials.Text;
using DeviceAgent.Readings.Sources;

namespace DeviceAgent.Tests.Readings.Forms;

/// <summary>Files of readings in the encodings in which devices and spreadsheets write them.</summary>
public sealed class EncodingFormTests
{
    private const string Csv = "time,größe,raum\n2026-01-05T10:00:00Z,21.5,Küche €\n2026-01-05T10:00:01Z,21.6,Flur\n";

    public static TheoryData<string> Encodings => ["utf-8", "utf-16", "utf-16BE"];

    [Theory]
    [MemberData(nameof(Encodings))]
    public async Task AFileWithAByteOrderMark_HasItsNamesAndTexts(string name)
    {
        var encoding = Encoding.GetEncoding(name);
        var csv = await PlayedInput.CsvAsync([.. encoding.GetPreamble(), .. encoding.GetBytes(Csv)]);
        Assert.Equal("""{"serial_number":"SN1","timestamp":"2026-01-05T10:00:00.000Z","größe":21.5,"raum":"Küche €"}""", csv.Stored[0]);
        Assert.Null(csv.Skipped);
        var ndjson = await PlayedInput.NdjsonAsync([.. encoding.GetPreamble(), .. encoding.GetBytes(csv.Stored[0] + "\r\n" + csv.Stored[1] + "\r\n")]);
        Assert.Equal(csv.Stored, ndjson.Stored);
    }

    [Theory]
    [InlineData("latin1", new byte[] { 0xE4 }, "ä")]
    [InlineData("windows-1252", new byte[] { 0x80 }, "€")]
    [InlineData("utf-16le", new byte[] { 0xE4, 0 }, "ä")]
    public async Task AFileWhoseEncodingIsNamed_HasItsTexts(string name, byte[] character, string expected)
    {
        byte[] Bytes(string text) => name == "utf-16le" ? Encoding.Unicode.GetBytes(text) : Encoding.ASCII.GetBytes(text);
        var played = await PlayedInput.CsvAsync(
            [.. Bytes("time,t\n2026-01-05T10:00:00Z,"), .. character, .. Bytes("\n")], new CsvOptions { Encoding = TextEncodings.Find(name) });
        Assert.EndsWith($"\"t\":\"{expected}\"}}", Assert.Single(played.Stored), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ALineThatIsNotUtf8_CostsItselfOnly_AndIsToldWithTheByte()
    {
        byte[] csv = [.. "time,raum\n2026-01-05T10:00:00Z,K"u8, 0xFC, .. "che\n2026-01-05T10:00:01Z,Flur\n"u8];
        var played = await PlayedInput.CsvAsync(csv);
        Assert.Single(played.Stored);
        Assert.Equal(["line 2: byte 22 (0xFC) is not UTF-8; save the text as UTF-8, or name its encoding in source.encoding"], played.Refused);

        var ndjson = await PlayedInput.NdjsonAsync([.. "{\"timestamp\":\"2026-01-05T10:00:00Z\",\"t\":\""u8, 0xFC, .. "\"}\n{\"timestamp\":\"2026-01-05T10:00:00Z\",\"t\":1}\n"u8]);
        Assert.Single(ndjson.Stored);
        Assert.StartsWith("line 1: byte 41 (0xFC) is not UTF-8", Assert.Single(ndjson.Refused), StringComparison.Ordinal);
    }

    [Fact]
    public void AHeaderThatIsNotUtf8_IsRefusedBeforeNamesAreStored()
    {
        byte[] csv = [.. "time,gr"u8, 0xF6, .. "sse\n2026-01-05T10:00:00Z,1\n"u8];
        var recording = new CsvRecording(() => new MemoryStream(csv), new CsvOptions { NeedsTimestamp = true }, DeviceAgent.Readings.TimestampReader.Stored);
        Assert.StartsWith("line 1: byte 7 (0xF6) is not UTF-8", recording.FindHeaderProblem(), StringComparison.Ordinal);
    }
}
