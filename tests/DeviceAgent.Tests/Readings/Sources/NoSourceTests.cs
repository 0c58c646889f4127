using DeviceAgent.Readings.Sources;
using DeviceAgent.TestSupport;
using DeviceAgent.Timing;

namespace DeviceAgent.Tests.Readings.Sources;

public class NoSourceTests
{
    [Fact]
    public async Task ReadAsync_GivesNothingAndHasNoEnd_UntilItIsCancelled_AndIsNoLoopThatHangs()
    {
        var time = new ManualTimeProvider();
        var loops = new LoopWatch(time);
        var pulse = loops.Pulse("sensing");
        using var stop = new CancellationTokenSource();
        pulse.Works();
        await using var samples = new NoSource(pulse, time).ReadAsync(stop.Token).GetAsyncEnumerator();
        var next = samples.MoveNextAsync().AsTask();
        time.Advance(TimeSpan.FromDays(400));
        Assert.False(next.IsCompleted);
        Assert.Empty(loops.FindHung(TimeSpan.FromMinutes(1)));

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next.WaitAsync(TimeSpan.FromSeconds(20)));
    }
}
