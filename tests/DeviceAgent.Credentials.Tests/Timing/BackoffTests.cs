using DeviceAgent.Credentials.Timing;

namespace DeviceAgent.Credentials.Tests.Timing;

public sealed class BackoffTests
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Cap = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData(nameof(Jitter.Full), 1, 0, 2)]
    [InlineData(nameof(Jitter.Full), 2, 0, 4)]
    [InlineData(nameof(Jitter.Full), 5, 0, 32)]
    [InlineData(nameof(Jitter.Full), 6, 0, 60)]
    [InlineData(nameof(Jitter.Full), int.MaxValue, 0, 60)]
    [InlineData(nameof(Jitter.Half), 1, 1, 2)]
    [InlineData(nameof(Jitter.Half), 3, 4, 8)]
    [InlineData(nameof(Jitter.Half), int.MaxValue, 30, 60)]
    [InlineData(nameof(Jitter.AboveFirst), 1, 2, 4)]
    [InlineData(nameof(Jitter.AboveFirst), 3, 2, 16)]
    [InlineData(nameof(Jitter.AboveFirst), int.MaxValue, 2, 60)]
    public void After_FailuresInARow_IsInTheRangeOfTheJitter(string jitter, int failures, int fromSeconds, int toSeconds)
    {
        var backoff = new Backoff(First, Cap, Enum.Parse<Jitter>(jitter));
        Assert.Equal(TimeSpan.FromSeconds(fromSeconds), backoff.After(failures, 0));
        Assert.Equal(TimeSpan.FromSeconds(toSeconds), backoff.After(failures, 1));
        Assert.Equal(TimeSpan.FromSeconds(fromSeconds + toSeconds) / 2, backoff.After(failures, 0.5));
    }

    [Fact]
    public void After_Random_IsSpreadOverTheRange()
    {
        var backoff = new Backoff(First, Cap);
        var random = new Random(7);
        var waits = Enumerable.Range(0, 1000).Select(_ => backoff.After(10, random).TotalSeconds).ToArray();
        Assert.All(waits, w => Assert.InRange(w, 0, 60));
        Assert.InRange(waits.Average(), 28, 32);
    }

    [Theory]
    [InlineData(nameof(Jitter.Full))]
    [InlineData(nameof(Jitter.AboveFirst))]
    public void After_CapBelowTheFirst_IsNeverAboveTheCap(string jitter) =>
        Assert.Equal(TimeSpan.FromSeconds(1), new Backoff(First, TimeSpan.FromSeconds(1), Enum.Parse<Jitter>(jitter)).After(5, 1));

    [Fact]
    public void CappedAt_AnotherCap_KeepsTheRest()
    {
        var backoff = new Backoff(First, Cap, Jitter.Half).CappedAt(TimeSpan.FromSeconds(5));
        Assert.Equal(TimeSpan.FromSeconds(1), backoff.After(1, 0));
        Assert.Equal(TimeSpan.FromSeconds(5), backoff.After(9, 1));
    }

    [Theory]
    [InlineData(null, 10)]
    [InlineData(5, 10)]
    [InlineData(30, 30)]
    [InlineData(86400, 60)]
    public void AtLeast_WhatTheServiceAsksFor_IsTheLeastUpToTheLimit(int? askedSeconds, int expectedSeconds) =>
        Assert.Equal(
            TimeSpan.FromSeconds(expectedSeconds),
            Backoff.AtLeast(TimeSpan.FromSeconds(10), askedSeconds is { } asked ? TimeSpan.FromSeconds(asked) : null, Cap));
}
