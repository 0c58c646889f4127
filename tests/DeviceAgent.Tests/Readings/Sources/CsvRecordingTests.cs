using DeviceAgent.Readings;
using DeviceAgent.Readings.Sources;

namespace DeviceAgent.Tests.Readings.Sources;

public class CsvRecordingTests
{
    private static readonly TimestampReader Timestamps = new(TimestampUnit.Auto, null, TimeProvider.System);

    [Fact]
    public async Task ReadAsync_OccupancyFile_GivesAllItsReadings()
    {
        var recording = RecordingFile.Open(new SourceOptions { Kind = SourceKind.Replay, File = "builtin:occupancy" }, Timestamps);
        var lines = await recording.ReadAsync(CancellationToken.None).ToListAsync();

        Assert.Equal(2665, lines.Count);
        Assert.All(lines, l => Assert.Null(l.Problem));
        Assert.Equal("2015-02-02T14:19:00.000Z", lines[0].Sample!.Timestamp!.Value.ToString());
        Assert.Equal(
            [Number("Temperature", "23.7"), Number("Humidity", "26.272"), Number("Light", "585.2"), Number("CO2", "749.2"), Number("HumidityRatio", "0.00476416302416414"), Number("Occupancy", "1")],
            lines[0].Sample!.Attributes);
        Assert.Equal("2015-02-04T10:43:00.000Z", lines[^1].Sample!.Timestamp!.Value.ToString());
        Assert.Equal(Number("Temperature", "24.4083333333333"), lines[^1].Sample!.Attributes[0]);
        Assert.Equal(2665, lines.Select(l => l.Sample!.Timestamp).Distinct().Count());
    }

    [Fact]
    public async Task ReadAsync_MalformedLines_AreToldWithTheirReason()
    {
        var lines = await ReadAsync("time,a,b\n2015-02-02,1,2\n2015-02-02,1\nnever,1,2\n2015-02-02,NaN,2\n2015-02-02,-inf,2\n2015-02-03,3,4\n");
        Assert.Equal([2L, 3L, 4L, 5L, 6L, 7L], lines.Select(l => l.Number));
        Assert.Equal(
            [null, "2 fields where 3 are expected", "column time", "column a", "column a", null],
            lines.Select(l => l.Problem?.Split(':')[0]));
    }

    [Fact]
    public async Task ReadAsync_FieldsOfAllKinds_GetTheirTypes()
    {
        var line = Assert.Single(await ReadAsync("time,n,s,zeros,flag,empty,missing\n2015-02-02,\"-1.50e3\",warm,007,TRUE,,NA\n"));
        Assert.Equal(
            [Number("n", "-1.50e3"), new("s", new ReadingValue.String("warm")), new("zeros", new ReadingValue.String("007")), new("flag", new ReadingValue.Bool(true)), new("empty", new ReadingValue.Null()), new("missing", new ReadingValue.Null())],
            line.Sample!.Attributes);
    }

    [Fact]
    public async Task ReadAsync_MappedColumns_AreRenamed()
    {
        var recording = Open("when,CO2,serial_number\n2015-02-02,5,SN9\n", new() { ["CO2"] = "co2_ppm" }, timestampColumn: "when");
        var sample = Assert.Single(await recording.ReadAsync(CancellationToken.None).ToListAsync()).Sample!;
        Assert.Equal([Number("co2_ppm", "5")], sample.Attributes);
        Assert.Equal("SN9", sample.SerialNumber);
    }

    [Theory]
    [InlineData("a,b\n", "no column is called timestamp")]
    [InlineData("time,a,a\n", "two columns are called 'a'")]
    [InlineData("", "empty")]
    [InlineData("\"time,a\n", "line 1")]
    public void FindHeaderProblem_UnfitHeader_SaysWhy(string text, string expected) =>
        Assert.Contains(expected, Open(text).FindHeaderProblem(), StringComparison.Ordinal);

    private static async Task<List<ReplayLine>> ReadAsync(string text) => await Open(text).ReadAsync(CancellationToken.None).ToListAsync();

    private static CsvRecording Open(string text, Dictionary<string, string>? map = null, string? timestampColumn = null) =>
        new(
            () => new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text)),
            new CsvOptions { Columns = map ?? [], TimestampColumn = timestampColumn, NeedsTimestamp = true },
            Timestamps);

    private static KeyValuePair<string, ReadingValue> Number(string name, string digits) => new(name, new ReadingValue.Number(digits));
}
