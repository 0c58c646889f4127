using DeviceAgent.Upload;

namespace DeviceAgent.Tests.Upload;

public class RetryDelayTests
{
    private static readonly TimeSpan Parked = TimeSpan.FromMinutes(2);
    private static readonly UploadFault Transient = new(FaultKind.Transient, "500");
    private static readonly UploadFault Throttled = new(FaultKind.Throttled, "slow down");

    [Fact]
    public void Next_FaultsInARow_AreQuickThenDoubleUpToFiveMinutes()
    {
        var delay = new RetryDelay(() => Parked, new Longest());
        Assert.Equal([25, 50, 100], Enumerable.Range(0, 3).Select(_ => (int)Math.Round(delay.Next(Transient).TotalMilliseconds)));
        Assert.True(delay.IsQuick);
        Assert.Equal([1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300], Enumerable.Range(0, 11).Select(_ => (int)Math.Round(delay.Next(Transient).TotalSeconds)));
        Assert.False(delay.IsQuick);
        delay.Reset();
        Assert.Equal(25, delay.Next(Transient).TotalMilliseconds, 0.1);
    }

    [Theory]
    [InlineData(1, 0.025)]
    [InlineData(3, 0.1)]
    [InlineData(4, 1)]
    [InlineData(8, 16)]
    public void Next_NthFault_IsAnywhereBelowItsBound(int n, double bound)
    {
        var delays = Enumerable.Range(0, 300).Select(seed => Nth(new RetryDelay(() => Parked, new Random(seed)), n)).ToList();
        Assert.All(delays, d => Assert.InRange(d, 0, bound));
        Assert.True(delays.Min() < bound * 0.05 && delays.Max() > bound * 0.95);
        Assert.InRange(delays.Average(), bound * 0.4, bound * 0.6);
    }

    [Fact]
    public void Next_MostWasAccepted_DoesNotGrow()
    {
        var delay = new RetryDelay(() => Parked, new Longest());
        Assert.All(Enumerable.Range(0, 50), _ => Assert.Equal(25, delay.Next(Throttled, accepted: 0.8).TotalMilliseconds, 0.1));
    }

    [Fact]
    public void Next_LittleWasAccepted_GrowsToAFewSeconds()
    {
        var delay = new RetryDelay(() => Parked, new Longest());
        Assert.Equal(5, Enumerable.Range(0, 50).Max(_ => delay.Next(Throttled, accepted: 0.2).TotalSeconds), 0.1);
    }

    [Fact]
    public void Next_ServiceAsksForLonger_IsThat() =>
        Assert.Equal(TimeSpan.FromSeconds(7), new RetryDelay(() => Parked, new Longest()).Next(Throttled with { RetryAfter = TimeSpan.FromSeconds(7) }));

    [Fact]
    public void Next_ServiceAsksForLess_StaysItsOwn() =>
        Assert.InRange(new RetryDelay(() => Parked, new Longest()).Next(Throttled with { RetryAfter = TimeSpan.FromMilliseconds(1) }).TotalMilliseconds, 24, 25);

    [Fact]
    public void Next_Parked_IsMinutes() =>
        Assert.All(Enumerable.Range(0, 50), seed => Assert.InRange(new RetryDelay(() => Parked, new Random(seed)).Next(new UploadFault(FaultKind.Parked, "denied")).TotalMinutes, 2, 3));

    [Fact]
    public void Next_NoCredentials_StaysShort()
    {
        var delay = new RetryDelay(() => Parked, new Longest());
        Assert.Equal(15, Enumerable.Range(0, 20).Max(_ => delay.Next(new UploadFault(FaultKind.NoCredentials, "none")).TotalSeconds), 3);
    }

    private static double Nth(RetryDelay delay, int n)
    {
        for (var i = 1; i < n; i++) delay.Next(Transient);
        return delay.Next(Transient).TotalSeconds;
    }

    private sealed class Longest : Random
    {
        public Longest() : base(0)
        {
        }

        protected override double Sample() => 0.999999;

        public override double NextDouble() => 0.999999;
    }
}
