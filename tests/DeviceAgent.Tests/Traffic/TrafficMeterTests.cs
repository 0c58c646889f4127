using DeviceAgent.Clock;
using DeviceAgent.TestSupport;
using DeviceAgent.Timing;
using DeviceAgent.Traffic;
using Microsoft.Extensions.Logging.Abstractions;

namespace DeviceAgent.Tests.Traffic;

public sealed class TrafficMeterTests : IDisposable
{
    private static readonly DateTimeOffset Evening = new(2026, 11, 29, 22, 0, 0, TimeSpan.Zero);

    private readonly TemporaryFolder _folder = new();
    private readonly CountedMetrics _counted = new();
    private readonly RecordingLogger<TrafficMeter> _logger = new();
    private readonly ManualTimeProvider _time = new(Evening);
    private readonly DeviceClock _clock;

    public TrafficMeterTests() => _clock = Clock(isKnown: true);

    private string FilePath => _folder.File(TrafficMeter.FileName);

    public void Dispose()
    {
        _counted.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Count_EachPurpose_IsInMetricsAndStatus()
    {
        var meter = Meter();
        meter.Count(TrafficPurpose.Credentials, new ByteCount(1, 20));
        meter.Count(TrafficPurpose.Telemetry, new ByteCount(300, 0));
        meter.Count(TrafficPurpose.Telemetry, new ByteCount(0, 4000));
        meter.Count(TrafficPurpose.Control, new ByteCount(5, 6));

        var expected = new TrafficCounts(new ByteCount(1, 20), new ByteCount(300, 4000), new ByteCount(5, 6));
        Assert.Equal(new TrafficStatus(expected, new DateOnly(2026, 11, 29), expected, expected), meter.Status);
        Assert.Equal(4332, expected.All.Total);
        Assert.Equal((1, 300, 5), (_counted["wire.bytes_sent/credentials"], _counted["wire.bytes_sent/telemetry"], _counted["wire.bytes_sent/control"]));
        Assert.Equal((20, 4000, 6), (_counted["wire.bytes_received/credentials"], _counted["wire.bytes_received/telemetry"], _counted["wire.bytes_received/control"]));
    }

    [Fact]
    public void Count_OnLaterDays_TodayAndThisMonthBeginAnew()
    {
        var meter = Meter();
        meter.Count(TrafficPurpose.Telemetry, new ByteCount(1, 0));
        _time.Advance(TimeSpan.FromHours(3));
        meter.Count(TrafficPurpose.Telemetry, new ByteCount(10, 0));
        Assert.Equal((11, 10, 11), Sums(meter));
        _time.Advance(TimeSpan.FromDays(1));
        Assert.Equal((11, 0, 0), Sums(meter));
        meter.Count(TrafficPurpose.Telemetry, new ByteCount(100, 0));
        Assert.Equal((111, 100, 100), Sums(meter));
    }

    [Fact]
    public void Count_WhileTheTimeIsNotKnown_BelongsToTheDayOnWhichItBecomesKnown()
    {
        var first = Meter();
        first.Count(TrafficPurpose.Telemetry, new ByteCount(1, 0));
        first.Save();

        var clock = Clock(isKnown: false);
        var meter = Meter(clock);
        meter.Count(TrafficPurpose.Credentials, new ByteCount(0, 50));
        Assert.Equal(new TrafficStatus(new TrafficCounts(new ByteCount(0, 50), default, default), null, null, null), meter.Status);
        clock.Observe(Evening.AddHours(5), TimeSpan.Zero, TimeSpan.Zero);
        Assert.Equal((50, 50, 51), Sums(meter));
    }

    [Fact]
    public void Save_AndRestart_TheDayGoesOn()
    {
        var first = Meter();
        first.Count(TrafficPurpose.Control, new ByteCount(7, 8));
        first.Save();
        var second = Meter();
        second.Count(TrafficPurpose.Control, new ByteCount(100, 0));
        Assert.Equal((100, 115, 115), Sums(second));
        Assert.Equal(
            """{"day":"2026-11-29","today":{"credentials":{"sent":0,"received":0},"telemetry":{"sent":0,"received":0},"control":{"sent":7,"received":8}},"thisMonth":{"credentials":{"sent":0,"received":0},"telemetry":{"sent":0,"received":0},"control":{"sent":7,"received":8}}}""",
            File.ReadAllText(FilePath));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{ half")]
    [InlineData("""{"day":"2026-11-29"}""")]
    [InlineData("""{"day":"2026-11-29","today":{"credentials":{"sent":-1,"received":0},"telemetry":{"sent":0,"received":0},"control":{"sent":0,"received":0}},"thisMonth":{"credentials":{"sent":0,"received":0},"telemetry":{"sent":0,"received":0},"control":{"sent":0,"received":0}}}""")]
    public void Start_DamagedFile_IsKeptAsideAndCountedAnew(string content)
    {
        File.WriteAllText(FilePath, content);
        var meter = Meter();
        meter.Count(TrafficPurpose.Control, new ByteCount(1, 0));
        Assert.Equal((1, 1, 1), Sums(meter));
        Assert.Single(_logger.Entries, e => e.Id == 3100);
        Assert.Equal(content, File.ReadAllText($"{FilePath}.corrupt-1"));
    }

    [Fact]
    public async Task Service_WhileItRuns_SavesEveryTenMinutesAndAtTheEndButNothingTwice()
    {
        var meter = Meter();
        using var service = new TrafficService(meter, new LoopWatch(_time), _time);
        await service.StartAsync(CancellationToken.None);
        await _time.WaitForTimersAsync(1);
        meter.Count(TrafficPurpose.Control, new ByteCount(1, 0));
        await PassAsync(TimeSpan.FromMinutes(9));
        Assert.False(File.Exists(FilePath));
        await PassAsync(TimeSpan.FromMinutes(1));
        Assert.True(File.Exists(FilePath));

        File.Delete(FilePath);
        await PassAsync(TimeSpan.FromMinutes(10));
        Assert.False(File.Exists(FilePath));

        meter.Count(TrafficPurpose.Control, new ByteCount(1, 0));
        await service.StopAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal((0, 2, 2), Sums(Meter()));
    }

    private async Task PassAsync(TimeSpan time)
    {
        _time.Advance(time);
        await _time.WaitForTimersAsync(1);
    }

    private DeviceClock Clock(bool isKnown) => new(_time, () => isKnown, Evening.AddDays(-30), trustSystemTime: false, NullLogger<DeviceClock>.Instance);

    private TrafficMeter Meter(DeviceClock? clock = null) => new(_folder.Path, _counted.Metrics, clock ?? _clock, _logger);

    private static (long SinceStart, long Today, long ThisMonth) Sums(TrafficMeter meter) =>
        (meter.Status.SinceStart.All.Total, meter.Status.Today!.All.Total, meter.Status.ThisMonth!.All.Total);
}
