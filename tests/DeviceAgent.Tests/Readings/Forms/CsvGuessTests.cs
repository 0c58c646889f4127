using System.Text;
using DeviceAgent.Readings;
using DeviceAgent.Readings.Sources;

namespace DeviceAgent.Tests.Readings.Forms;

/// <summary>What may mean two things is refused or told, and never guessed.</summary>
public sealed class CsvGuessTests
{
    [Theory]
    [InlineData("timestamp,note\n", "2026-01-05T10:00:0#Z,", ",")]
    [InlineData("timestamp,note\n", "#,2026-01-05T10:00:0#Z,", "")]
    [InlineData(",timestamp,note\n", "#,2026-01-05T10:00:0#Z,", "")]
    [InlineData("timestamp,note\n", "2026-01-05T10:00:0#Z,", "")]
    public async Task AQuoteOpensInOneRowAndClosesInALaterOne_SwallowsNoneOfThoseBetween(string header, string before, string after)
    {
        var notes = new[] { "a", "b", "\"open", "d", "e", "close\"", "g" };
        var rows = string.Concat(notes.Select((n, i) => $"{before.Replace("#", $"{i + 1}", StringComparison.Ordinal)}{n}{after}\n"));

        var played = await PlayedInput.CsvAsync(header + rows);

        Assert.Equal(["a", "b", "d", "e", "g"], played.Stored.Select(s => s.Split("\"note\":\"")[1].TrimEnd('"', '}')));
        Assert.Equal("Skipped of the input: 2 lines (4, 7); the exit code is 65.", played.Skipped);
    }

    [Theory]
    [InlineData("temp,note\n", "2#,", "")]
    [InlineData("temp,note\n", "2#,", ",")]
    [InlineData(",temp,note\n", "#,2#,", "")]
    [InlineData("note\n", "", "")]
    public async Task AQuoteOpensInOneRowAndClosesInALaterOne_WithoutAColumnOfTheTime_SwallowsNoneOfThoseBetween(string header, string before, string after)
    {
        var notes = new[] { "a", "b", "\"open", "d", "e", "close\"", "g" };
        var rows = string.Concat(notes.Select((n, i) => $"{before.Replace("#", $"{i + 1}", StringComparison.Ordinal)}{n}{after}\n"));
        var recording = new CsvRecording(() => new MemoryStream(Encoding.UTF8.GetBytes(header + rows)), new CsvOptions(), TimestampReader.Stored);

        var lines = await recording.ReadAsync(CancellationToken.None).ToListAsync();

        Assert.Equal([2L, 3L, 5L, 6L, 8L], lines.Where(l => l.Sample is not null).Select(l => l.Number));
        Assert.Equal("a quote is opened, and line 5 is a row by itself before it is closed: close it, or double each quote inside a quoted field", lines.Single(l => l.Number == 4).Problem);
        Assert.NotNull(lines.Single(l => l.Number == 7).Problem);
    }

    [Fact]
    public async Task ATextOverSeveralLines_WithoutAColumnOfTheTime_StaysOneText()
    {
        const string File = "temp,note\n1,\"one\n\ntwo\nthree, four, five\nsix\"\n2,seven\n";
        var recording = new CsvRecording(() => new MemoryStream(Encoding.UTF8.GetBytes(File)), new CsvOptions(), TimestampReader.Stored);

        Assert.Equal([(2L, 6L), (7L, 7L)], (await recording.ReadAsync(CancellationToken.None).ToListAsync()).Select(l => (l.Number, l.Sample is null ? 0 : l.LastNumber)));
    }

    [Fact]
    public async Task ATextOverSeveralLinesInRowsThatEndWithAComma_StaysOneText()
    {
        var played = await PlayedInput.CsvAsync("timestamp,note\n2026-01-05T10:00:00Z,\"one\ntwo, three\nfour\",\n2026-01-05T10:00:01Z,five,\n");
        Assert.Equal(2, played.Stored.Count);
        Assert.Null(played.Skipped);
    }

    [Theory]
    [InlineData(",timestamp,temp", "field 1 is '401', and its column has no name: name it in the header")]
    [InlineData("timestamp,temp", "3 fields where 2 are expected: quote the field that has ',' in it, or name each column in the header")]
    public async Task MeasuredValuesInFrontWithoutAName_AreNotTakenForRowNumbers(string header, string expected)
    {
        foreach (var values in new[] { new[] { 401, 397, 388 }, [401, 403, 407], [401] })
        {
            var played = await PlayedInput.CsvAsync($"{header}\n" + string.Concat(values.Select((v, i) => $"{v},2026-01-05T10:00:0{i}Z,21.5\n")));
            Assert.Empty(played.Stored);
            Assert.Equal($"line 2: {expected}", played.Refused[0]);
        }
    }

    [Theory]
    [InlineData("0 1 2 3")]
    [InlineData("1 2 3 4")]
    [InlineData("17 18 20 21")]
    [InlineData("1 2 x 4")]
    public async Task RowNumbersThatCountUp_AreLeftOut(string numbers)
    {
        var played = await PlayedInput.CsvAsync("timestamp,temp\n" + string.Concat(numbers.Split(' ').Select((n, i) => $"{n},2026-01-05T10:00:0{i}Z,21.5\n")));
        Assert.True(played.Stored.Count >= 3);
        Assert.All(played.Stored, s => Assert.EndsWith("\"temp\":21.5}", s, StringComparison.Ordinal));
    }

    [Fact]
    public void TwoColumnsAreTheTimeButForTheirCase_IsRefused()
    {
        Assert.Equal("the columns 'Timestamp' and 'TIMESTAMP' may each be the time: name one in source.timestampColumn", PlayedInput.HeaderProblem("Timestamp,TIMESTAMP,temp\n"));
        Assert.Null(PlayedInput.HeaderProblem("Timestamp,TIMESTAMP,temp\n", new CsvOptions { NeedsTimestamp = true, TimestampColumn = "TIMESTAMP" }));
    }

    [Fact]
    public void SerialNumberInAnotherCase_IsRefusedUntilItIsSaidWhatItIs()
    {
        Assert.Equal(
            "the column 'Serial_Number' may be the serial number: write it serial_number, or say in source.columns.Serial_Number what it is", PlayedInput.HeaderProblem("timestamp,Serial_Number,temp\n"));
        foreach (var meaning in new[] { "serial_number", "Serial_Number" })
            Assert.Null(PlayedInput.HeaderProblem("timestamp,Serial_Number,temp\n", new CsvOptions { NeedsTimestamp = true, Columns = new Dictionary<string, string> { ["Serial_Number"] = meaning } }));
    }

    [Fact]
    public async Task SerialNumbersThatAreNone_CostTheirRows_AndSpacesAroundOneAreNoPartOfIt()
    {
        var played = await PlayedInput.CsvAsync(
            "timestamp,serial_number,temp\n2026-01-05T10:00:00Z,,1\n2026-01-05T10:00:00Z, ,1\n2026-01-05T10:00:00Z,NA,1\n2026-01-05T10:00:00Z,\" \",1\n2026-01-05T10:00:00Z, SN7 ,1\n2026-01-05T10:00:00Z,\"NA\",1\n");
        Assert.Equal(["SN7", "NA"], played.Stored.Select(s => s.Split('"')[3]));
        Assert.Equal("Skipped of the input: 4 lines (2-5); the exit code is 65.", played.Skipped);
        Assert.Equal("line 4, column serial_number: 'NA' is no serial number: write whose reading it is", played.Refused[2]);
    }

    [Theory]
    [InlineData("timestamp,expires\n", "expires")]
    [InlineData("timestamp,timestamp_estimated\n", "timestamp_estimated")]
    [InlineData("timestamp,device\n", "device")]
    public void AColumnHasTheNameOfAKeyOrOfTheExpiry_IsKnownBeforeTheFirstRow(string header, string column) => Assert.Equal(
        $"the column '{column}' has the name of a key of the table or of its expiry: rename it with source.columns",
        PlayedInput.HeaderProblem(header, new CsvOptions { NeedsTimestamp = true, ReservedNames = new HashSet<string> { "device", "timestamp", "expires" } }));

    [Fact]
    public async Task AColumnThatIsEmptyAtFirstAndBeginsWithAWord_IsTold_WhenNumbersFollow()
    {
        var empty = string.Concat(Enumerable.Range(0, 22).Select(i => $"2026-01-05T10:00:{i:00}Z,\n"));
        var numbers = await PlayedInput.CsvAsync($"timestamp,flow\n{empty}2026-01-05T11:00:00Z,err\n2026-01-05T11:00:01Z,5\n2026-01-05T11:00:02Z,6\n");
        Assert.Equal(["column flow is read as text, because its first value is no number ('err' in line 24): if it should have numbers, set source.types.flow to number"], numbers.Notices);
        Assert.Empty((await PlayedInput.CsvAsync($"timestamp,note\n{empty}2026-01-05T11:00:00Z,err\n2026-01-05T11:00:01Z,door open\n")).Notices);
    }

    [Fact]
    public async Task AClockOfTwelveHours_IsNamed() => Assert.Equal(
        ["line 2, column timestamp: '2026-01-05 10:00:24 PM' is on a clock of 12 hours: write 2026-01-05T10:00:00Z, with 22 for 10 PM"],
        (await PlayedInput.CsvAsync("timestamp,temp\n2026-01-05 10:00:24 PM,1\n")).Refused);
}
