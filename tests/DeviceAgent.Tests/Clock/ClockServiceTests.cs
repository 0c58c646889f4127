using DeviceAgent.Clock;
using DeviceAgent.TestSupport;
using DeviceAgent.Timing;

namespace DeviceAgent.Tests.Clock;

public sealed class ClockServiceTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly TemporaryFolder _folder = new();
    private readonly ManualTimeProvider _system = new(DateTimeOffset.UnixEpoch);
    private readonly RecordingLogger<LastKnownTimeFile> _fileLogger = new();
    private readonly RecordingLogger<ClockService> _logger = new();
    private readonly LastKnownTimeFile _file;
    private readonly DeviceClock _clock;
    private readonly ClockService _service;

    public ClockServiceTests()
    {
        _file = new LastKnownTimeFile(_folder.Path, _fileLogger);
        _clock = new DeviceClock(_system, () => false, Noon.AddDays(-1), trustSystemTime: false, new RecordingLogger<DeviceClock>());
        _service = new ClockService(_clock, _file, new BootClock("boot", _system), new LoopWatch(_system), _logger);
    }

    public void Dispose()
    {
        _service.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Run_TimeBecomesKnown_IsSavedAtOnceHourlyAndAtTheEnd()
    {
        await _service.StartAsync(CancellationToken.None);
        await _system.WaitForTimersAsync(1);
        Assert.Null(_file.Read());
        Assert.Single(_logger.Entries, e => e.Id == 2500);

        _clock.Observe(Noon, TimeSpan.Zero, TimeSpan.Zero);
        await PassAsync(DeviceClock.ConsultPeriod);
        AssertSaved(DeviceClock.ConsultPeriod);

        await PassAsync(TimeSpan.FromMinutes(59));
        AssertSaved(DeviceClock.ConsultPeriod);
        await PassAsync(TimeSpan.FromMinutes(1));
        AssertSaved(DeviceClock.ConsultPeriod + TimeSpan.FromHours(1));

        _system.Advance(TimeSpan.FromMinutes(5));
        await _service.StopAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(20));
        AssertSaved(DeviceClock.ConsultPeriod + TimeSpan.FromMinutes(65));
    }

    [Fact]
    public async Task Stop_TimeNeverKnown_SavesNothing()
    {
        await _service.StartAsync(CancellationToken.None);
        await _system.WaitForTimersAsync(1);
        await _service.StopAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Null(_file.Read());
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("""{"time":"2026-03-01T12:00:00Z"}""")]
    [InlineData("""{"time":"yesterday","bootId":"b","monotonicMilliseconds":1}""")]
    [InlineData("""{"time":"2026-03-01T12:00:00Z","bootId":"b","monotonicMilliseconds":9223372036854775807}""")]
    [InlineData("""{"time":"9999-12-31T23:59:59Z","bootId":"b","monotonicMilliseconds":1}""")]
    public void Read_DamagedFile_IsAsNone(string content)
    {
        _folder.Write(LastKnownTimeFile.FileName, content);
        Assert.Null(_file.Read());
    }

    [Fact]
    public async Task Run_DamagedFile_IsKeptAsideAndSaid()
    {
        var path = _folder.Write(LastKnownTimeFile.FileName, "{");
        await _service.StartAsync(CancellationToken.None);
        await _system.WaitForTimersAsync(1);
        Assert.Equal("{", File.ReadAllText(path + ".corrupt-1"));
        Assert.Contains("it is kept as", Assert.Single(_fileLogger.Entries, e => e.Id == 2504).Text);
        await _service.StopAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public void Save_FolderGone_IsLogged()
    {
        _folder.Write("gone", "a file where the folder was");
        new LastKnownTimeFile(_folder.File("gone"), _fileLogger).Save(new LastKnownTime(Noon, "boot", 1));
        Assert.Single(_fileLogger.Entries, e => e.Id == 2505);
    }

    /// <summary>Lets time pass, and waits until the service waits for the next moment.</summary>
    private async Task PassAsync(TimeSpan time)
    {
        _system.Advance(time);
        await _system.WaitForTimersAsync(1);
    }

    private void AssertSaved(TimeSpan after)
    {
        var saved = _file.Read()!;
        Assert.Equal("boot", saved.BootId);
        Assert.Equal(Noon.AddSeconds(0.5) + after, saved.Time);
        Assert.Equal(after.TotalMilliseconds, saved.MonotonicMilliseconds);
    }
}
