using DeviceAgent.Clock;
using DeviceAgent.Readings;
using DeviceAgent.Readings.Sources;
using Microsoft.Extensions.Logging.Abstractions;

namespace DeviceAgent.Tests.Readings.Forms;

/// <summary>Times as files and programs write them. The agent's clock says 2026-03-01 12:00.</summary>
public sealed class TimestampFormTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 5, 10, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("2026-01-05T10:00:00Z", "2026-01-05T10:00:00.000Z")]
    [InlineData("2026-01-05 10:00", "2026-01-05T10:00:00.000Z")]
    [InlineData("2026-01-05T12:00:00.5+02:00", "2026-01-05T10:00:00.500Z")]
    [InlineData("1767607200", "2026-01-05T10:00:00.000Z")]
    [InlineData("1767607200.25", "2026-01-05T10:00:00.250Z")]
    [InlineData("1767607200250", "2026-01-05T10:00:00.250Z")]
    [InlineData("1767607200250001", "2026-01-05T10:00:00.250001Z")]
    [InlineData("1767607200250000001", "2026-01-05T10:00:00.250000001Z")]
    [InlineData("1.7676072e9", "2026-01-05T10:00:00.000Z")]
    [InlineData("946684800", "2000-01-01T00:00:00.000Z")]
    [InlineData("1772452800", "2026-03-02T12:00:00.000Z")]
    public async Task ATimeThatCanOnlyMeanOneThing_IsStoredAsThat(string field, string expected)
    {
        Assert.Contains($"\"timestamp\":\"{expected}\"", Assert.Single((await PlayedInput.CsvAsync($"time,t\n{field},1\n")).Stored), StringComparison.Ordinal);
        Assert.Contains($"\"timestamp\":\"{expected}\"", Assert.Single((await PlayedInput.NdjsonAsync($"{{\"timestamp\":\"{field}\",\"t\":1}}")).Stored), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("1")]
    [InlineData("2")]
    [InlineData("-1")]
    [InlineData("46027.4375")]
    [InlineData("20260105")]
    [InlineData("20260105100000")]
    [InlineData("946684799")]
    [InlineData("1772452801")]
    [InlineData("1e400")]
    public async Task ANumberThatIsNoTimeSince1970_IsRefused_InCsvNdjsonAndStandardInput(string field)
    {
        var csv = await PlayedInput.CsvAsync($"time,t\n{field},1\n");
        Assert.Empty(csv.Stored);
        Assert.StartsWith($"line 2, column time: '{field}' ", Assert.Single(csv.Refused), StringComparison.Ordinal);
        foreach (var played in new[] { await PlayedInput.NdjsonAsync($"{{\"timestamp\":{field},\"t\":1}}"), await PlayedInput.StdinAsync($"{{\"timestamp\":{field},\"t\":1}}\n") })
        {
            Assert.Empty(played.Stored);
            Assert.StartsWith($"line 1: timestamp '{field}' ", Assert.Single(played.Refused), StringComparison.Ordinal);
            Assert.Equal("Skipped of the input: 1 line (1); the exit code is 65.", played.Skipped);
        }
    }

    [Fact]
    public async Task ARefusedNumber_IsToldWithWhatToDo() => Assert.Equal(
        "line 2, column time: '0' is no time between 2000-01-01 and a day from now in any unit (in seconds since 1970 it is 1970-01-01T00:00:00.000Z): write 2026-01-05T10:00:00Z, or say in source.timestampUnit what the numbers are (s, ms, us, ns, excel, startSeconds)",
        Assert.Single((await PlayedInput.CsvAsync("time,t\n0,1\n")).Refused));

    [Theory]
    [InlineData("S", "0.5", "1970-01-01T00:00:00.500Z")]
    [InlineData("S", "-0.25", "1969-12-31T23:59:59.750Z")]
    [InlineData("Ms", "1500", "1970-01-01T00:00:01.500Z")]
    [InlineData("Us", "1767607200000000", "2026-01-05T10:00:00.000Z")]
    [InlineData("Ns", "1767607200000000123", "2026-01-05T10:00:00.000000123Z")]
    [InlineData("Excel", "46027.4375", "2026-01-05T10:30:00.000Z")]
    [InlineData("Excel", "46027.4166666667", "2026-01-05T10:00:00.000Z")]
    [InlineData("Excel", "61", "1900-03-01T00:00:00.000Z")]
    [InlineData("StartSeconds", "0", "2026-01-05T10:00:00.000Z")]
    [InlineData("StartSeconds", "2", "2026-01-05T10:00:02.000Z")]
    [InlineData("StartSeconds", "0.000125", "2026-01-05T10:00:00.000125Z")]
    [InlineData("StartSeconds", "2026-01-05T10:00:09Z", "2026-01-05T10:00:09.000Z")]
    [InlineData("Iso", "2026-01-05T10:00:00Z", "2026-01-05T10:00:00.000Z")]
    public async Task ATimeWhoseUnitIsConfigured_IsReadInIt(string unit, string field, string expected) =>
        Assert.Contains($"\"timestamp\":\"{expected}\"", Assert.Single((await PlayedInput.CsvAsync($"time,t\n{field},1\n", unit: Enum.Parse<TimestampUnit>(unit), start: Start)).Stored), StringComparison.Ordinal);

    [Fact]
    public async Task ASpreadsheetsDayWithADecimalComma_IsRead() => Assert.Contains(
        "\"timestamp\":\"2026-01-05T10:30:00.000Z\",\"t\":21.5",
        Assert.Single((await PlayedInput.CsvAsync("time;t\n46027,4375;21,5\n", new CsvOptions { Delimiter = ';', DecimalComma = true }, TimestampUnit.Excel)).Stored), StringComparison.Ordinal);

    [Theory]
    [InlineData("Iso", "1767607200", "is a number, and source.timestampUnit is iso")]
    [InlineData("Excel", "60", "is no day of a spreadsheet from 61")]
    [InlineData("Excel", "99999999", "is no day of a spreadsheet")]
    [InlineData("S", "1e30", "lies outside the years 1 to 9999")]
    public async Task ANumberThatTheUnitDoesNotHave_IsRefused(string unit, string field, string expected) =>
        Assert.Contains(expected, Assert.Single((await PlayedInput.CsvAsync($"time,t\n{field},1\n", unit: Enum.Parse<TimestampUnit>(unit))).Refused), StringComparison.Ordinal);

    [Theory]
    [InlineData("01/02/2026", "may be day and month or month and day: write 2026-01-05T10:00:00Z")]
    [InlineData("1.2.26 10:00", "may be day and month or month and day")]
    [InlineData("05-01-26 10:00", "may be day and month or month and day")]
    [InlineData("2026-01-05T23:59:60Z", "is a leap second")]
    [InlineData("2026-01-05T24:00:00Z", "is the end of a day: write 00:00:00 of the next one")]
    [InlineData("10:00:00", "has no day")]
    [InlineData("2026-01-05 10:00:00 CET", "names its time zone")]
    [InlineData("2026-01-05T10:00:00+01:00[Europe/Berlin]", "is not a time")]
    [InlineData("2026-02-30", "is not a time")]
    [InlineData("", "is empty: every reading here needs its time")]
    [InlineData("soon", "is not a time: write 2026-01-05T10:00:00Z, with the offset from UTC for Z where it has one")]
    public async Task ATimeThatMayMeanTwoThingsOrNone_IsRefusedWithWhatToWrite(string field, string expected)
    {
        var refused = Assert.Single((await PlayedInput.CsvAsync($"time,t\n{field},1\n")).Refused);
        Assert.StartsWith($"line 2, column time: '{field}' ", refused, StringComparison.Ordinal);
        Assert.Contains(expected, refused, StringComparison.Ordinal);
    }

    [Fact]
    public async Task JsonThatGivesATimeOrSerialNumberTwice_IsRefused()
    {
        var played = await PlayedInput.NdjsonAsync("""
            {"timestamp":"2026-01-05T10:00:00Z","timestamp":"2026-01-05T10:00:01Z","t":1}
            {"timestamp":"2026-01-05T10:00:00Z","serial_number":"a","serial_number":"b","t":1}
            {"timestamp":"2026-01-05T10:00:00Z","t":1,"t":2}
            {"timestamp":"2026-01-05T10:00:00Z","t":NaN}
            {"timestamp":null,"t":1}
            {"t":1}
            """);
        Assert.Empty(played.Stored);
        Assert.Equal(["line 1: timestamp appears twice", "line 2: serial_number appears twice", "line 3: the attribute 't' appears twice"], played.Refused.Take(3));
        Assert.Equal("Skipped of the input: 6 lines (1-6); the exit code is 65.", played.Skipped);
    }

    [Fact]
    public void ADeviceThatDoesNotKnowTheTime_TakesReadingsFromProgramsThatDo()
    {
        // The clock stands at the day of the build, a year behind; the meter's own clock is right.
        var clock = new DeviceClock(PlayedInput.Time, () => false, PlayedInput.Time.GetUtcNow().AddYears(-1), trustSystemTime: false, NullLogger<DeviceClock>.Instance);
        var reader = new TimestampReader(TimestampUnit.Auto, null, clock);
        var inAYear = PlayedInput.Time.GetUtcNow().AddYears(1);
        Assert.Equal(ReadingTime.ToTheMillisecond(inAYear), reader.TryRead($"{inAYear.ToUnixTimeSeconds()}", out _));
        Assert.Equal(ReadingTime.ToTheMillisecond(inAYear), reader.TryRead($"{inAYear.ToUnixTimeMilliseconds()}", out _));
        Assert.Null(reader.TryRead("2", out var problem));
        Assert.Contains("between 2000-01-01 and 2100", problem, StringComparison.Ordinal);
        Assert.Null(reader.TryRead("20260105100000", out _));

        clock.Observe(PlayedInput.Time.GetUtcNow(), clock.Monotonic, clock.Monotonic);
        Assert.True(clock.IsTrusted);
        Assert.Null(reader.TryRead($"{inAYear.ToUnixTimeSeconds()}", out _));
    }

    [Theory]
    [InlineData("46027,5", "is a number with a comma: write 46027.5, or in CSV set source.decimalComma to true")]
    [InlineData("+1767607200,25", "is a number with a comma: write +1767607200.25, or in CSV set source.decimalComma to true")]
    public void ANumberWithAComma_IsNamed(string text, string expected)
    {
        Assert.Null(new TimestampReader(TimestampUnit.Excel, null, PlayedInput.Time).TryRead(text, out var problem));
        Assert.Equal(expected, problem);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("46027,5")]
    public void OutsideOfASource_NoSettingOfOneIsNamed(string text)
    {
        Assert.Null(new TimestampReader(TimestampUnit.Auto, null, PlayedInput.Time, isOfSource: false).TryRead(text, out var problem));
        Assert.DoesNotContain("source.", problem, StringComparison.Ordinal);
    }
}
