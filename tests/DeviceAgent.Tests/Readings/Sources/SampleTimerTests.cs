using DeviceAgent.Readings;
using DeviceAgent.Readings.Sources;
using DeviceAgent.Settings;
using DeviceAgent.TestSupport;
using DeviceAgent.Timing;

namespace DeviceAgent.Tests.Readings.Sources;

public class SampleTimerTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly LiveOptions<SourceOptions> _options = new SourceOptions { Interval = TimeSpan.FromHours(1) };

    [Fact]
    public async Task Wait_IntervalMadeShorter_CountsAtOnce()
    {
        var tick = new SampleTimer(_options, new LoopWatch(_time).Pulse("sensing"), _time).WaitAsync(CancellationToken.None);
        _time.Advance(TimeSpan.FromMinutes(5));
        Assert.False(tick.IsCompleted);
        _options.Set(new SourceOptions { Interval = TimeSpan.FromMinutes(1) });
        await tick.WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task Wait_LateReader_MakesUpForNothing()
    {
        _options.Set(new SourceOptions { Interval = TimeSpan.FromSeconds(1) });
        var timer = new SampleTimer(_options, new LoopWatch(_time).Pulse("sensing"), _time);
        _time.Advance(TimeSpan.FromSeconds(10));
        await timer.WaitAsync(CancellationToken.None);
        var next = timer.WaitAsync(CancellationToken.None);
        Assert.False(next.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(1));
        await next.WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task Wait_SteadyReader_KeepsTheRhythm()
    {
        _options.Set(new SourceOptions { Interval = TimeSpan.FromSeconds(1) });
        var timer = new SampleTimer(_options, new LoopWatch(_time).Pulse("sensing"), _time);
        _time.Advance(TimeSpan.FromSeconds(1.4));
        await timer.WaitAsync(CancellationToken.None);
        var next = timer.WaitAsync(CancellationToken.None);
        _time.Advance(TimeSpan.FromSeconds(0.6));
        await next.WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task Wait_Cancelled_EndsPromptly()
    {
        using var cancellation = new CancellationTokenSource();
        var tick = new SampleTimer(_options, new LoopWatch(_time).Pulse("sensing"), _time).WaitAsync(cancellation.Token);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => tick.WaitAsync(TimeSpan.FromSeconds(20)));
    }
}
