using DeviceAgent.Readings;
using DeviceAgent.TestSupport;

namespace DeviceAgent.Tests.Readings;

public class LiveTimestampsTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly ManualTimeProvider _time = new(Noon);

    [Fact]
    public void Next_TimeNotKnown_IsNoneAndCounted()
    {
        var timestamps = new LiveTimestamps(_time);
        Assert.Null(timestamps.Next("a"));
        Assert.Null(timestamps.Next("b"));
        Assert.Equal(2, timestamps.Withheld);
        timestamps.Open(withheld => Noon.AddSeconds(withheld));
        Assert.Equal(Noon.AddSeconds(2).AddMilliseconds(2), timestamps.Next("a"));
    }

    [Fact]
    public void Next_ClockStandsStill_GoesOnByAMillisecond()
    {
        var timestamps = Open();
        Assert.Equal([Noon, Noon.AddMilliseconds(1), Noon.AddMilliseconds(2)], Enumerable.Range(0, 3).Select(_ => timestamps.Next("a")!.Value));
    }

    [Fact]
    public void Next_ClockStepsBack_StillIncreases()
    {
        var timestamps = Open();
        timestamps.Next("a");
        _time.StepWallClock(TimeSpan.FromHours(-1));
        Assert.Equal(Noon.AddMilliseconds(1), timestamps.Next("a"));
        _time.StepWallClock(TimeSpan.FromHours(2));
        Assert.Equal(Noon.AddHours(1), timestamps.Next("a"));
    }

    [Fact]
    public void Next_OtherSerialNumber_HasItsOwnOrder()
    {
        var timestamps = Open();
        timestamps.Next("a");
        Assert.Equal(Noon, timestamps.Next("b"));
    }

    [Fact]
    public void Next_FloorAhead_LiesBehindIt() => Assert.True(Open(Noon.AddMinutes(1)).Next("a") > Noon.AddMinutes(1));

    [Fact]
    public void Next_ClockBetweenMilliseconds_IsCutToTheMillisecond()
    {
        _time.Advance(TimeSpan.FromTicks(12_345));
        Assert.Equal(Noon.AddMilliseconds(1), Open().Next("a"));
    }

    private LiveTimestamps Open(DateTimeOffset? floor = null)
    {
        var timestamps = new LiveTimestamps(_time);
        timestamps.Open(_ => floor ?? Noon.AddDays(-1));
        return timestamps;
    }
}
