using DeviceAgent.Readings.Sources;

namespace DeviceAgent.Tests.Readings.Forms;

/// <summary>CSV files as loggers, spreadsheets and R write them.</summary>
public sealed class CsvFormTests
{
    private const string Ten = "2026-01-05T10:00:00.000Z";

    [Fact]
    public async Task RowsEndWithACommaAndTheHeaderDoesNot_EachValueStaysInItsColumn()
    {
        var one = await PlayedInput.CsvAsync("timestamp,temp,hum\n2026-01-05T10:00:00Z,21.5,40,\n");
        Assert.Equal([Item(Ten, "\"temp\":21.5,\"hum\":40")], one.Stored);
        Assert.Null(one.Skipped);

        var more = await PlayedInput.CsvAsync("timestamp,temp,hum\n2026-01-05T10:00:00Z,21.5,40,\n2026-01-05T10:00:01Z,21.5,41\n2026-01-05T10:00:02Z,21.5,42,7\n2026-01-05T10:00:03Z,21.5,43,\n2026-01-05T10:00:04Z,21.5,44,\n");
        Assert.Equal([Item(Ten, "\"temp\":21.5,\"hum\":40"), Item("2026-01-05T10:00:03.000Z", "\"temp\":21.5,\"hum\":43")], more.Stored.Where((_, i) => i is 0 or 1));
        Assert.Equal(
            ["line 3: 3 fields where 4 are expected (each line ends with ','): write each field, an empty one where there is no value", "line 4: field 4 is '7' and has no name in the header: quote the field that has ',' in it, or name the column"],
            more.Refused);
        Assert.Equal("Skipped of the input: 2 lines (3-4); the exit code is 65.", more.Skipped);
    }

    [Fact]
    public async Task HeaderAndRowsEndWithAComma_AreRead() =>
        Assert.Equal([Item(Ten, "\"temp\":21.5")], (await PlayedInput.CsvAsync("timestamp,temp,\n2026-01-05T10:00:00Z,21.5,\n")).Stored);

    [Fact]
    public async Task SpreadsheetWithEmptyColumnsAndRowsAtTheEnd_IsReadWithoutThem()
    {
        var played = await PlayedInput.CsvAsync("timestamp,temp,,,\n2026-01-05T10:00:00Z,21.5,,,\n,,,,\n,,,,\n2026-01-05T10:00:01Z,21.5,,x,\n");
        Assert.Equal([Item(Ten, "\"temp\":21.5")], played.Stored);
        Assert.Equal(["line 5: field 4 is 'x', and its column has no name: name it in the header"], played.Refused);
    }

    [Fact]
    public async Task OnlyTheFirstRowHasAFieldTooMany_CostsThatRowOnly()
    {
        var played = await PlayedInput.CsvAsync("timestamp,room,temp\n2026-01-05T10:00:00Z,Hall, north,21.5\n2026-01-05T10:00:01Z,Hall,21.6\n2026-01-05T10:00:02Z,Kitchen,21.7\n");
        Assert.Equal([Item("2026-01-05T10:00:01.000Z", "\"room\":\"Hall\",\"temp\":21.6"), Item("2026-01-05T10:00:02.000Z", "\"room\":\"Kitchen\",\"temp\":21.7")], played.Stored);
        Assert.Equal(["line 2: 4 fields where 3 are expected: quote the field that has ',' in it, or name each column in the header"], played.Refused);
    }

    [Fact]
    public async Task ACommaInsideATextAndAnEmptyFieldAtTheEnd_IsNotTakenForACommaAtTheEnd()
    {
        var played = await PlayedInput.CsvAsync("timestamp,room,temp\n2026-01-05T10:00:00Z,Hall, north,\n");
        Assert.Empty(played.Stored);
        Assert.StartsWith("line 2: 4 fields, the last one empty, and a field that begins with a space", Assert.Single(played.Refused), StringComparison.Ordinal);
    }

    [Fact]
    public async Task RowNamesOfR_AreLeftOut_AndARowThatHasNoneIsRefused()
    {
        var played = await PlayedInput.CsvAsync("\"date\",\"temp\"\n\"1\",\"2026-01-05 10:00:00\",21.5\n\"2\",\"2026-01-05 10:00:01\",21.6\n\"2026-01-05 10:00:02\",21.7\n\"spare\",\"2026-01-05 10:00:03\",21.8\n");
        Assert.Equal([Item(Ten, "\"temp\":21.5"), Item("2026-01-05T10:00:01.000Z", "\"temp\":21.6")], played.Stored.Take(2));
        Assert.Equal(2, played.Refused.Count(r => r.StartsWith("line 4:", StringComparison.Ordinal) || r.StartsWith("line 5:", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task PandasIndexWithoutAName_IsLeftOut_AndNamesAreNot()
    {
        Assert.Equal([Item(Ten, "\"temp\":21.5")], (await PlayedInput.CsvAsync(",timestamp,temp\n0,2026-01-05 10:00:00,21.5\n")).Stored);
        Assert.Equal(["line 2: field 1 is 'kitchen', and its column has no name: name it in the header"], (await PlayedInput.CsvAsync(",timestamp,temp\nkitchen,2026-01-05 10:00:00,21.5\n")).Refused);
    }

    [Fact]
    public async Task ALineIsCutOff_CostsThatLineOnly()
    {
        var played = await PlayedInput.CsvAsync("timestamp,temp,hum\n2026-01-05T10:00:00Z,21.5\n2026-01-05T10:00:01Z,21.5,40\n");
        Assert.Single(played.Stored);
        Assert.Equal(["line 2: 2 fields where 3 are expected: write each field, an empty one where there is no value"], played.Refused);
    }

    [Fact]
    public async Task AQuoteThatIsNeverClosed_DoesNotSwallowTheLinesBehindIt()
    {
        var played = await PlayedInput.CsvAsync("timestamp,room\n2026-01-05T10:00:00Z,\"Hall\n2026-01-05T10:00:01Z,Kitchen\n2026-01-05T10:00:02Z,\"Bath\"\n2026-01-05T10:00:03Z,Attic\"\n");
        Assert.Equal([Item("2026-01-05T10:00:01.000Z", "\"room\":\"Kitchen\""), Item("2026-01-05T10:00:02.000Z", "\"room\":\"Bath\"")], played.Stored);
        Assert.Equal(["line 2: a quote is opened", "line 5: a quote inside the unquoted field 2"], played.Refused.Select(r => r.Split([", and line", ": quote"], StringSplitOptions.None)[0]));
    }

    [Fact]
    public async Task ATextWithDelimiterQuotesAndLineEnds_IsKeptAsItStands() =>
        Assert.Equal([Item(Ten, "\"note\":\"a, \\\"b\\\"\\r\\nc\",\"temp\":1")], (await PlayedInput.CsvAsync("timestamp,note,temp\r\n2026-01-05T10:00:00Z,\"a, \"\"b\"\"\r\nc\",1\r\n")).Stored);

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    [InlineData("\r")]
    public async Task AnyLineEnd_AndAByteOrderMark_AreRead(string end) =>
        Assert.Equal(
            [Item(Ten, "\"temp\":21.5"), Item("2026-01-05T10:00:01.000Z", "\"temp\":21.6")],
            (await PlayedInput.CsvAsync($"\uFEFFtimestamp,temp{end}2026-01-05T10:00:00Z,21.5{end}{end}2026-01-05T10:00:01Z,21.6{end}")).Stored);

    [Fact]
    public async Task ABlockOfZeroBytesAfterAPowerCut_CostsItsLineOnly()
    {
        var played = await PlayedInput.CsvAsync("timestamp,temp\n2026-01-05T10:00:00Z,2\0\0\0\0\n2026-01-05T10:00:01Z,21.6\n");
        Assert.Single(played.Stored);
        Assert.Equal(["line 2: byte 22 is zero: the file was damaged here"], played.Refused);
    }

    [Fact]
    public async Task ALineThatIsTooLong_CostsItselfOnly()
    {
        var played = await PlayedInput.CsvAsync($"timestamp,note\n2026-01-05T10:00:00Z,{new string('x', BoundedLineReader.MaxLineBytes)}\n2026-01-05T10:00:01Z,short\n");
        Assert.Single(played.Stored);
        Assert.Equal(["line 2: longer than 1048576 bytes"], played.Refused);
    }

    [Fact]
    public async Task ADelimiterThatIsConfigured_IsTaken() =>
        Assert.Equal(
            [Item(Ten, "\"temp\":21.5,\"note\":\"a,b\"")],
            (await PlayedInput.CsvAsync("time;temp;note\n2026-01-05T10:00:00Z;21,5;a,b\n", new CsvOptions { Delimiter = ';', DecimalComma = true })).Stored);

    [Fact]
    public async Task TwoRowsOfOneTimeWithOtherValues_TheSecondIsRefusedAndNotLost()
    {
        var played = await PlayedInput.CsvAsync("time,sensor,value\n2026-01-05T10:00:00Z,temp,21.5\n2026-01-05T10:00:00Z,hum,40\n2026-01-05T10:00:00Z,temp,21.5\n");
        Assert.Equal(2, played.Stored.Count);
        Assert.Single(played.Stored.Distinct());
        Assert.Equal(["line 3: SN1 has a reading at 2026-01-05T10:00:00.000Z already, with other values, and the table can hold only one: give it the time to the last digit, or a serial_number of its own"], played.Refused);
    }

    [Fact]
    public async Task AColumnMappedToTheSerialNumber_TellsReadingsOfOneTimeApart()
    {
        var options = new CsvOptions { Columns = new Dictionary<string, string> { ["sensor"] = "serial_number" } };
        var played = await PlayedInput.CsvAsync("time,sensor,value\n2026-01-05T10:00:00Z,temp,21.5\n2026-01-05T10:00:00Z,hum,40\n", options);
        Assert.Equal(["{\"serial_number\":\"temp\",\"timestamp\":\"2026-01-05T10:00:00.000Z\",\"value\":21.5}", "{\"serial_number\":\"hum\",\"timestamp\":\"2026-01-05T10:00:00.000Z\",\"value\":40}"], played.Stored);
    }

    [Fact]
    public async Task HeaderOnly_EndsWithoutReadings() => Assert.Equal((0, null), ((await PlayedInput.CsvAsync("timestamp,temp\n")) is var p ? p.Stored.Count : -1, p.Skipped));

    [Theory]
    [InlineData("time;temp;hum\n", "the header is a single column when it is read with ',' ('time;temp;hum'): set source.delimiter to \";\"")]
    [InlineData("time\ttemp\n", "set source.delimiter to \"tab\"")]
    [InlineData("time;temp (C, avg);hum\n", "set source.delimiter to \";\"")]
    [InlineData("sep=;\ntime;temp\n", "remove it, and name the delimiter in source.delimiter")]
    [InlineData("2026-01-05T10:00:00Z,21.5\n", "looks like data, not like names")]
    [InlineData("1767607200,21.5\n", "looks like data, not like names")]
    [InlineData("time,temp,hum,temp\n", "two columns are called 'temp' (columns 2 and 4): give each a name of its own")]
    [InlineData("date,time,temp\n", "the columns 'date' and 'time' may each be the time: name one in source.timestampColumn")]
    [InlineData("when,temp\n", "no column is called timestamp, time, date, datetime (the header has when, temp): set source.timestampColumn")]
    [InlineData(",,\n", "the header has no names")]
    [InlineData("", "the file is empty")]
    [InlineData("time,\"temp\n", "line 1: a quote is opened and not closed")]
    public void AHeaderThatCannotServe_IsRefusedWithWhatToDo(string text, string expected)
    {
        var problem = PlayedInput.HeaderProblem(text, text.Length == 0 || text[0] == ',' ? new CsvOptions() : null) ?? "";
        if (text == ",,\n") Assert.Contains("the file is empty", problem, StringComparison.Ordinal);
        else Assert.Contains(expected, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void AColumnNamedTimestampThatIsNotTheTime_MustBeRenamed() => Assert.Contains(
        "rename it with source.columns", PlayedInput.HeaderProblem("when,timestamp,t\n", new CsvOptions { TimestampColumn = "when" }), StringComparison.Ordinal);

    [Fact]
    public void AColumnOfTheConfigurationThatIsNotThere_IsNamed()
    {
        Assert.Contains("there is no column 'x', which source.types names", PlayedInput.HeaderProblem("time,t\n", new CsvOptions { Types = new Dictionary<string, CsvType> { ["x"] = CsvType.Text } }), StringComparison.Ordinal);
        Assert.Contains("there is no column 'y', which source.timestampColumn names", PlayedInput.HeaderProblem("time,t\n", new CsvOptions { TimestampColumn = "y" }), StringComparison.Ordinal);
    }

    private static string Item(string time, string attributes) => $"{{\"serial_number\":\"SN1\",\"timestamp\":\"{time}\",{attributes}}}";
}
