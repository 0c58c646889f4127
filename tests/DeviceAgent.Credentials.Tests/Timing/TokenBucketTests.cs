using DeviceAgent.Credentials.Timing;
using DeviceAgent.TestSupport;

namespace DeviceAgent.Credentials.Tests.Timing;

public sealed class TokenBucketTests
{
    private readonly ManualTimeProvider _time = new();

    [Fact]
    public void TryTake_BurstSpent_OneMoreEveryThirtySeconds()
    {
        var bucket = new TokenBucket(10, TimeSpan.FromSeconds(30), _time);
        for (var i = 0; i < 10; i++) Assert.Null(bucket.TryTake());
        Assert.NotNull(bucket.TryTake());
        Assert.Equal(TimeSpan.FromSeconds(30), bucket.UntilNext);
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(20, bucket.UntilNext.TotalSeconds, 6);
        _time.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal(TimeSpan.Zero, bucket.UntilNext);
        Assert.Null(bucket.TryTake());
        Assert.NotNull(bucket.TryTake());
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(10, Enumerable.Range(0, 20).Count(_ => bucket.TryTake() is null));
    }

    [Fact]
    public void TryTake_MoreThanThereIs_SaysHowLongToWaitAndTakesNothing()
    {
        var bucket = TokenBucket.PerSecond(200, 2000, _time);
        Assert.Null(bucket.TryTake(1000));
        Assert.Null(bucket.TryTake(1000));
        Assert.Equal(TimeSpan.FromSeconds(2.5), bucket.TryTake(500));
        Assert.Equal(TimeSpan.FromSeconds(2.5), bucket.TryTake(500));
        _time.Advance(TimeSpan.FromSeconds(2.5));
        Assert.Null(bucket.TryTake(500));
        Assert.NotNull(bucket.TryTake());
    }

    /// <summary>A look at it takes off what is less than 100 ns of the time that has passed.</summary>
    [Fact]
    public void TryTake_LookedAtWhileWaiting_GrantsInTimeWhateverWasLostToRounding()
    {
        var clock = new NanosecondClock();
        var bucket = new TokenBucket(1, TimeSpan.FromSeconds(30), clock);
        Assert.Null(bucket.TryTake());
        for (var i = 0; i < 99; i++)
        {
            clock.Now += 299_999_999;
            Assert.NotEqual(TimeSpan.Zero, bucket.UntilNext);
        }

        clock.Now = 30_000_000_000;
        Assert.Null(bucket.TryTake());
    }

    [Fact]
    public void Interval_Shortened_KeepsWhatWasEarnedAndRefillsFaster()
    {
        var bucket = new TokenBucket(2, TimeSpan.FromSeconds(30), _time);
        Assert.Null(bucket.TryTake(2));
        _time.Advance(TimeSpan.FromSeconds(15));
        bucket.Interval = TimeSpan.FromSeconds(2);
        Assert.Equal(TimeSpan.FromSeconds(1), bucket.UntilNext);
    }

    [Fact]
    public void TryTake_ClockSetBack_CountsElapsedTime()
    {
        var bucket = new TokenBucket(1, TimeSpan.FromSeconds(30), _time);
        Assert.Null(bucket.TryTake());
        _time.StepWallClock(TimeSpan.FromDays(-1));
        _time.Advance(TimeSpan.FromSeconds(30));
        Assert.Null(bucket.TryTake());
    }

    [Fact]
    public void TryTake_BurstOfNone_GrantsNothing()
    {
        var bucket = new TokenBucket(0, TimeSpan.FromSeconds(30), _time);
        _time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(TimeSpan.FromSeconds(30), bucket.TryTake());
    }

    [Fact]
    public async Task TryTake_ManyThreads_GrantsTheBurstAndNoMore()
    {
        var bucket = new TokenBucket(100, TimeSpan.FromSeconds(1), _time);
        var granted = 0;
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < 1000; i++)
            {
                if (bucket.TryTake() is null) Interlocked.Increment(ref granted);
            }
        })));
        Assert.Equal(100, granted);
    }

    private sealed class NanosecondClock : TimeProvider
    {
        public long Now { get; set; }

        public override long TimestampFrequency => 1_000_000_000;

        public override long GetTimestamp() => Now;
    }
}
