using DeviceAgent.Readings.Sources;

namespace DeviceAgent.Tests.Readings.Forms;

/// <summary>Columns of numbers, texts and flags.</summary>
public sealed class CsvNumberTests
{
    [Theory]
    [InlineData("+21.6", "21.6")]
    [InlineData(".5", "0.5")]
    [InlineData("-.5", "-0.5")]
    [InlineData("21.", "21")]
    [InlineData("021.5", "21.5")]
    [InlineData("2.1E+1", "2.1E+1")]
    [InlineData("+2.e1", "2e1")]
    [InlineData("  7 ", "7")]
    [InlineData("\"7\"", "7")]
    [InlineData("12345678901234567890.123456789012345678", "12345678901234567890.123456789012345678")]
    [InlineData("null", "null")]
    [InlineData("NULL", "null")]
    [InlineData("NA", "null")]
    [InlineData("", "null")]
    [InlineData("\"\"", "null")]
    public async Task AValueOfANumericColumnThatCanOnlyMeanOneThing_IsStoredAsThat(string field, string expected)
    {
        var played = await PlayedInput.CsvAsync($"time,t\n2026-01-05T10:00:00Z,21.5\n2026-01-05T10:00:01Z,{field}\n");
        Assert.Empty(played.Refused);
        Assert.EndsWith($"\"t\":{expected}}}", played.Stored[1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"21,5\"", "'21,5' has a comma: write 21.5, or set source.decimalComma to true")]
    [InlineData("\"1,234.5\"", "'1,234.5' has separators of thousands: write the number without them")]
    [InlineData("\"1,234\"", "'1,234' may be 1.234 or 1234: write which, or set source.decimalComma to true")]
    [InlineData("1 234", "'1 234' has separators of thousands")]
    [InlineData("nan", "'nan' is not a number that can be stored: leave the field empty, or write NA")]
    [InlineData("-INF", "'-INF' is not a number that can be stored")]
    [InlineData("0x1F", "'0x1F' is not a number, as the column's values are: write one such as 21.6, leave the field empty where there is no value, or set source.types.t to text")]
    [InlineData("err", "'err' is not a number")]
    [InlineData("21.5 C", "'21.5 C' is not a number")]
    [InlineData("--", "'--' is not a number")]
    [InlineData("+-1", "'+-1' is not a number")]
    [InlineData(".", "'.' is not a number")]
    [InlineData("1e", "'1e' is not a number")]
    [InlineData("TRUE", "'TRUE' is not a number")]
    [InlineData("\u221221.5", "is not a number")]
    [InlineData("\u0663", "is not a number")]
    public async Task AnythingElseInANumericColumn_IsRefusedWithLineAndColumn(string field, string expected)
    {
        var played = await PlayedInput.CsvAsync($"time,t\n2026-01-05T10:00:00Z,21.5\n2026-01-05T10:00:01Z,{field}\n");
        Assert.Single(played.Stored);
        var refused = Assert.Single(played.Refused);
        Assert.StartsWith("line 3, column t: ", refused, StringComparison.Ordinal);
        Assert.Contains(expected, refused, StringComparison.Ordinal);
        Assert.Equal("Skipped of the input: 1 line (3); the exit code is 65.", played.Skipped);
    }

    [Theory]
    [InlineData("1e400")]
    [InlineData("123456789012345678901234567890123456789")]
    public async Task ANumberThatTheTableCannotHold_IsRefusedWithItsLine(string field) =>
        Assert.StartsWith("line 2: attribute 't': ", Assert.Single((await PlayedInput.CsvAsync($"time,t\n2026-01-05T10:00:00Z,{field}\n")).Refused), StringComparison.Ordinal);

    [Fact]
    public async Task ASemicolonFileWithDecimalCommasAndNoKey_IsNotStoredAsTexts()
    {
        var played = await PlayedInput.CsvAsync("time;t\n2026-01-05T10:00:00Z;21,5\n2026-01-05T10:00:01Z;22,5\n", new CsvOptions { Delimiter = ';' });
        Assert.Empty(played.Stored);
        Assert.All(played.Refused, r => Assert.Contains("set source.decimalComma to true", r, StringComparison.Ordinal));
    }

    [Fact]
    public async Task APointWhereCommasAreConfigured_IsRefused() => Assert.Contains(
        "column t: '1.234' has a point, and source.decimalComma is true: write 1,234",
        Assert.Single((await PlayedInput.CsvAsync("time;t\n2026-01-05T10:00:00Z;1.234\n", new CsvOptions { Delimiter = ';', DecimalComma = true })).Refused), StringComparison.Ordinal);

    [Fact]
    public async Task ASensorThatWasNotReadyInTheFirstRow_CostsThatRowOnly()
    {
        var played = await PlayedInput.CsvAsync("time,t\n2026-01-05T10:00:00Z,err\n2026-01-05T10:00:01Z,21.5\n2026-01-05T10:00:02Z,21.6\n");
        Assert.Equal(2, played.Stored.Count);
        Assert.StartsWith("line 2, column t: 'err' is not a number", Assert.Single(played.Refused), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AColumnOfTexts_KeepsThemAsTheyStand()
    {
        var played = await PlayedInput.CsvAsync("time,id,note,flag\n2026-01-05T10:00:00Z,007, warm ,TRUE\n2026-01-05T10:00:01Z,012,\"NA\",False\n2026-01-05T10:00:02Z,110,,\n2026-01-05T10:00:03Z,009,NA,yes\n");
        Assert.Equal(
            ["\"id\":\"007\",\"note\":\" warm \",\"flag\":true}", "\"id\":\"012\",\"note\":\"NA\",\"flag\":false}", "\"id\":\"110\",\"note\":null,\"flag\":null}"],
            played.Stored.Select(s => s[s.IndexOf("\"id\"", StringComparison.Ordinal)..]));
        Assert.StartsWith("line 5, column flag: 'yes' is not true or false", Assert.Single(played.Refused), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AColumnOfTextsWithSomeNumbers_IsStoredAsTexts_AndThatIsSaid()
    {
        var played = await PlayedInput.CsvAsync("time,note\n2026-01-05T10:00:00Z,door open\n2026-01-05T10:00:01Z,warming\n2026-01-05T10:00:02Z,5\n");
        Assert.EndsWith("\"note\":\"5\"}", played.Stored[2], StringComparison.Ordinal);
        Assert.Equal(["column note is read as text, because most of its first 3 values are no numbers ('door open' in line 2): if it should have numbers, set source.types.note to number"], played.Notices);
    }

    [Fact]
    public async Task AColumnWhoseTypeIsConfigured_HasThatType()
    {
        var types = new Dictionary<string, CsvType> { ["a"] = CsvType.Text, ["b"] = CsvType.Number, ["c"] = CsvType.Boolean };
        var played = await PlayedInput.CsvAsync("time,a,b,c\n2026-01-05T10:00:00Z,21.5,007,true\n2026-01-05T10:00:01Z,NA,x,true\n2026-01-05T10:00:02Z,,1,1\n", new CsvOptions { Types = types });
        Assert.EndsWith("\"a\":\"21.5\",\"b\":7,\"c\":true}", Assert.Single(played.Stored), StringComparison.Ordinal);
        Assert.Equal(["line 3, column b", "line 4, column c"], played.Refused.Select(r => r.Split(':')[0]));
    }

    [Fact]
    public async Task AColumnThatIsEmptyAtFirst_GetsTheTypeOfItsFirstValue()
    {
        var rows = string.Concat(Enumerable.Range(10, 30).Select(i => $"2026-01-05T10:00:{i}Z,\n"));
        var played = await PlayedInput.CsvAsync($"time,t\n{rows}2026-01-05T10:01:00Z,+1.5\n2026-01-05T10:01:01Z,err\n");
        Assert.EndsWith("\"t\":1.5}", played.Stored[^1], StringComparison.Ordinal);
        Assert.StartsWith("line 33, column t", Assert.Single(played.Refused), StringComparison.Ordinal);
    }
}
