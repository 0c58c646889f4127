using DeviceAgent.TestSupport;
using DeviceAgent.Timing;

namespace DeviceAgent.Tests.Timing;

public class WakeSignalTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    private readonly ManualTimeProvider _time = new();
    private readonly WakeSignal _signal = new();

    [Fact]
    public async Task Wait_SetBetweenTheLookAndTheWait_EndsAtOnce()
    {
        var next = _signal.Next;
        _signal.Set();
        await WakeSignal.WaitAsync(next, Limit, _time, CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(20));
        Assert.False(_signal.Next.IsCompleted);
    }

    [Fact]
    public async Task Set_ManyWait_AllAreWoken()
    {
        var waits = Enumerable.Range(0, 3).Select(_ => WakeSignal.WaitAsync(_signal.Next, Limit, _time, CancellationToken.None)).ToArray();
        Assert.DoesNotContain(waits, w => w.IsCompleted);
        _signal.Set();
        await Task.WhenAll(waits).WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task Wait_NoSignal_EndsWithTheLimitRoundedUpToAMillisecond()
    {
        var wait = WakeSignal.WaitAsync(_signal.Next, Limit + TimeSpan.FromTicks(1), _time, CancellationToken.None);
        _time.Advance(Limit);
        Assert.False(wait.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        await wait.WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task Wait_SignalThatFails_EndsWithoutItsException() =>
        await WakeSignal.WaitAsync(Task.FromException(new IOException()), Limit, _time, CancellationToken.None);

    [Fact]
    public async Task Wait_Cancelled_Throws()
    {
        using var stop = new CancellationTokenSource();
        var wait = WakeSignal.WaitAsync(_signal.Next, Limit, _time, stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait);
    }
}
