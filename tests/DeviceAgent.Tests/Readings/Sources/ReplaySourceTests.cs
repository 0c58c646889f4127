using System.Text;
using DeviceAgent.Readings;
using DeviceAgent.Readings.Sources;
using DeviceAgent.TestSupport;
using DeviceAgent.Timing;

namespace DeviceAgent.Tests.Readings.Sources;

public class ReplaySourceTests
{
    private const string ThreeMinutes = """
        {"timestamp":"2015-02-02T14:00:00Z","n":1}
        {"timestamp":"2015-02-02T14:01:00Z","n":2}
        nonsense
        {"timestamp":"2015-02-02T14:03:00Z","n":3}
        """;

    private readonly ManualTimeProvider _time = new();
    private readonly RecordingLogger<ReplaySource> _logger = new();

    [Fact]
    public async Task ReadAsync_AsFastAsPossible_KeepsTheRecordedTimestamps()
    {
        var samples = await Source(ThreeMinutes, speed: 0).ReadAsync(CancellationToken.None).ToListAsync();
        Assert.Equal(["14:00:00", "14:01:00", "14:03:00"], Times(samples.Where(s => s.Problem is null)));
        Assert.Equal(3, Assert.Single(samples, s => s.Problem is not null).Line);
        Assert.Contains(_logger.Entries, e => e.Text.Contains("3 readings, 1 line skipped", StringComparison.Ordinal));
    }

    [Fact]
    public async Task ReadAsync_TimestampsNow_LeavesThemToTheAgent()
    {
        var samples = await Source(ThreeMinutes, speed: 0, recorded: false).ReadAsync(CancellationToken.None).ToListAsync();
        Assert.All(samples, s => Assert.Null(s.Timestamp));
    }

    [Fact]
    public async Task ReadAsync_Repeat_MovesTheTimestampsByTheLengthOfTheFile()
    {
        var samples = await Source(ThreeMinutes, speed: 0, repeat: true).ReadAsync(CancellationToken.None).Where(s => s.Problem is null).Take(9).ToListAsync();

        // 3 minutes from first to last, and the median interval (of 1 and 2 minutes: the upper).
        Assert.Equal(["14:00:00", "14:01:00", "14:03:00", "14:05:00", "14:06:00", "14:08:00", "14:10:00", "14:11:00", "14:13:00"], Times(samples));
    }

    [Fact]
    public async Task ReadAsync_RepeatOfAFileWithoutReadings_Ends() =>
        Assert.NotNull(Assert.Single(await Source("nonsense\n", speed: 0, repeat: true).ReadAsync(CancellationToken.None).ToListAsync()).Problem);

    [Fact]
    public async Task ReadAsync_TwiceTheSpeed_TakesHalfTheTime()
    {
        var samples = Source(ThreeMinutes, speed: 2).ReadAsync(CancellationToken.None).GetAsyncEnumerator();
        Assert.True(await samples.MoveNextAsync());

        var second = samples.MoveNextAsync().AsTask();
        await _time.WaitForTimersAsync(1);
        Assert.Equal(TimeSpan.FromSeconds(30), _time.NextTimer);
        _time.Advance(TimeSpan.FromSeconds(30));
        Assert.True(await second);

        Assert.True(await samples.MoveNextAsync());
        Assert.NotNull(samples.Current.Problem);

        var third = samples.MoveNextAsync().AsTask();
        await _time.WaitForTimersAsync(1);
        Assert.Equal(TimeSpan.FromSeconds(60), _time.NextTimer);
        _time.Advance(TimeSpan.FromSeconds(60));
        Assert.True(await third);
        Assert.False(await samples.MoveNextAsync());
    }

    private ReplaySource Source(string ndjson, double speed, bool recorded = true, bool repeat = false) => new(
        new NdjsonRecording(() => new MemoryStream(Encoding.UTF8.GetBytes(ndjson)), new TimestampReader(TimestampUnit.Auto, null, TimeProvider.System), needsTimestamp: true),
        new ReplaySettings(speed, () => TimeSpan.FromSeconds(5), recorded, repeat),
        new LoopWatch(_time).Pulse("sensing"),
        _time,
        _logger);

    private static IEnumerable<string> Times(IEnumerable<Sample> samples) => samples.Select(s => s.Timestamp!.Value.Moment.ToString("HH:mm:ss", null));
}
