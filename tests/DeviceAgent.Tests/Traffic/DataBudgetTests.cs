using DeviceAgent.TestSupport;
using DeviceAgent.Traffic;

namespace DeviceAgent.Tests.Traffic;

public sealed class DataBudgetTests : IDisposable
{
    /// <summary>The last day but one of a month of 30 days.</summary>
    private static readonly DateTimeOffset Midnight = new(2026, 11, 29, 0, 0, 0, TimeSpan.Zero);

    private readonly ManualTimeProvider _time = new(Midnight);
    private readonly TestTraffic _traffic;

    public DataBudgetTests() => _traffic = new TestTraffic(_time);

    public void Dispose() => _traffic.Dispose();

    [Fact]
    public void Wait_NoLimit_NeverHolds()
    {
        Use(long.MaxValue >> 12);
        Assert.Null(_traffic.Budget.Wait());
        Assert.Null(_traffic.Budget.Status);
        Assert.False(_traffic.Budget.IsShort);
    }

    // A day of 2.4 MB: 0.1 MB at its start, 2.3 MB over the day.
    [Theory]
    [InlineData(0, 0, null)]
    [InlineData(0, 100_000, null)]
    [InlineData(0, 330_000, 144.0)]
    [InlineData(145, 330_000, null)]
    [InlineData(0, 2_399_999, 24.0 * 60)]
    [InlineData(600, 1_250_000, 120.0)]
    // All of it is used: until the next day, however much more it was.
    [InlineData(0, 2_400_000, 24.0 * 60)]
    [InlineData(1430, 9_000_000, 10.0)]
    public void Wait_OfADay_UntilItsShareHasCome(double minutesOfDay, long used, double? minutes)
    {
        _traffic.Options.Set(new DataBudgetOptions { MegabytesPerDay = 2.4 });
        _time.Advance(TimeSpan.FromMinutes(minutesOfDay));
        Use(used);
        var wait = _traffic.Budget.Wait();
        Assert.Equal(minutes is not null, wait is not null);
        if (minutes is { } expected) Assert.Equal(expected, wait!.Value.TotalMinutes, 0.001);
        Assert.Equal(minutes ?? 0, _traffic.Budget.Status!.UntilRoom.TotalMinutes, 0.001);
    }

    // A month of 30 MB: 1 MB at its start, 29 MB over its 30 days, of which 28 have passed.
    [Theory]
    [InlineData(28_000_000, null)]
    [InlineData(29_033_333, 24.0)]
    [InlineData(31_000_000, 48.0)]
    public void Wait_OfAMonth_UntilItsShareHasCome(long used, double? hours)
    {
        _traffic.Options.Set(new DataBudgetOptions { MegabytesPerMonth = 30 });
        Use(used);
        Assert.Equal(hours ?? 0, _traffic.Budget.Wait()?.TotalHours ?? 0, 0.001);
    }

    [Fact]
    public void Wait_BothLimits_TheLongerOne()
    {
        _traffic.Options.Set(new DataBudgetOptions { MegabytesPerDay = 24, MegabytesPerMonth = 30 });
        Use(29_516_666);
        Assert.Equal(36, _traffic.Budget.Wait()!.Value.TotalHours, 0.001);
        _time.Advance(TimeSpan.FromHours(36));
        Assert.Null(_traffic.Budget.Wait());
    }

    [Fact]
    public void IsShort_WhileSomethingHasToWaitNowAndThen_IsToldOnce()
    {
        _traffic.Options.Set(new DataBudgetOptions { MegabytesPerDay = 2.4 });
        for (var minute = 0; minute < 3 * 24 * 60; minute += 10)
        {
            if (_traffic.Budget.Wait() is null) Use(30_000);
            _time.Advance(TimeSpan.FromMinutes(10));
        }

        Assert.True(_traffic.Budget.IsShort);
        Assert.Equal(3102, Assert.Single(_traffic.Log.Entries).Id);

        _time.Advance(TimeSpan.FromHours(3));
        Assert.False(_traffic.Budget.IsShort);
        Assert.Equal([3102, 3103], _traffic.Log.Entries.Select(e => e.Id));
    }

    [Fact]
    public void IsShort_LimitIsTakenAway_IsNotAnyMoreAndNothingIsSaid()
    {
        _traffic.Options.Set(new DataBudgetOptions { MegabytesPerDay = 1 });
        Use(2_000_000);
        Assert.NotNull(_traffic.Budget.Wait());
        _traffic.Options.Set(new DataBudgetOptions());
        Assert.False(_traffic.Budget.IsShort);
        Assert.Equal(3102, Assert.Single(_traffic.Log.Entries).Id);
    }

    /// <summary>Nobody has asked in between.</summary>
    [Fact]
    public void Wait_ShortAgainMuchLater_IsToldAnew()
    {
        _traffic.Options.Set(new DataBudgetOptions { MegabytesPerDay = 1 });
        Use(2_000_000);
        Assert.NotNull(_traffic.Budget.Wait());
        _time.Advance(TimeSpan.FromDays(2));
        Use(2_000_000);
        Assert.NotNull(_traffic.Budget.Wait());
        Assert.Equal([3102, 3103, 3102], _traffic.Log.Entries.Select(e => e.Id));
        Assert.Contains("waits for 24 h", _traffic.Log.Entries[0].Text);
    }

    private void Use(long bytes) => _traffic.Meter.Count(TrafficPurpose.Telemetry, new ByteCount(bytes / 3, bytes - (bytes / 3)));
}
