using System.Globalization;
using DeviceAgent.Testbed.Demo;

namespace DeviceAgent.Testbed.Tests.Demo;

public sealed class DeviceRecordingTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("device-agent-recording-").FullName;
    private readonly RoomReadings _readings = RoomReadings.Load();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Write_NothingInTheTable_IsTheRecording()
    {
        DeviceRecording.Write(_folder, newest: null);

        Assert.Equal(File.ReadAllText(RoomReadings.Path), File.ReadAllText(Path.Combine(_folder, DeviceRecording.FileName)));
    }

    [Fact]
    public void Write_TableOfSomethingElse_IsTheRecording()
    {
        DeviceRecording.Write(_folder, new DateTime(2015, 2, 2, 14, 19, 1));

        Assert.Equal(File.ReadAllText(RoomReadings.Path), File.ReadAllText(Path.Combine(_folder, DeviceRecording.FileName)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1000)]
    [InlineData(2664)]
    [InlineData(2665)]
    [InlineData(100_000)]
    public void Write_ReadingsInTheTable_GoesOnBehindThem(long newest)
    {
        DeviceRecording.Write(_folder, _readings.TimestampOf(newest));

        var written = Written();
        var first = written[0].Number;
        Assert.InRange(first, Math.Max(0, newest - 3), newest + 1);
        Assert.Equal(Enumerable.Range(0, _readings.Count).Select(n => first + n), written.Select(w => w.Number));
        Assert.All(written, w => Assert.Equal(_readings.Line(_readings.TimestampOf(w.Number))!.Value.Values.Values, w.Values));
    }

    /// <summary>The agent moves each further round on by last minus first, plus the median interval.</summary>
    [Theory]
    [InlineData(2)]
    [InlineData(1001)]
    [InlineData(5000)]
    public void Write_ReadingsInTheTable_HasRoundsAsLongAsTheRecording(long newest)
    {
        DeviceRecording.Write(_folder, _readings.TimestampOf(newest));

        var written = Written();
        var round = written[^1].Timestamp - written[0].Timestamp + TimeSpan.FromMinutes(1);
        Assert.Equal(_readings.TimestampOf(_readings.Count) - _readings.TimestampOf(0), round);
    }

    private List<(long Number, DateTime Timestamp, IEnumerable<decimal> Values)> Written() =>
    [
        .. File.ReadLines(Path.Combine(_folder, DeviceRecording.FileName)).Skip(1).Select(line => line.Split(',')).Select(fields =>
        {
            var timestamp = DateTime.ParseExact(fields[1].Trim('"'), "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
            return (_readings.Line(timestamp)!.Value.Number, timestamp, fields.Skip(2).Select(f => decimal.Parse(f, NumberStyles.Float, CultureInfo.InvariantCulture)));
        }),
    ];
}
