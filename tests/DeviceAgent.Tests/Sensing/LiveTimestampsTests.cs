using DeviceAgent.Sensing;
using DeviceAgent.TestSupport;

namespace DeviceAgent.Tests.Sensing;

public class LiveTimestampsTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly ManualTimeProvider _time = new(Noon);

    [Fact]
    public void Next_ClockStandsStill_GoesOnByAMillisecond()
    {
        var timestamps = new LiveTimestamps(DateTimeOffset.MinValue, _time);
        Assert.Equal([Noon, Noon.AddMilliseconds(1), Noon.AddMilliseconds(2)], Enumerable.Range(0, 3).Select(_ => timestamps.Next("a")));
    }

    [Fact]
    public void Next_ClockStepsBack_StillIncreases()
    {
        var timestamps = new LiveTimestamps(DateTimeOffset.MinValue, _time);
        timestamps.Next("a");
        _time.StepWallClock(TimeSpan.FromHours(-1));
        Assert.Equal(Noon.AddMilliseconds(1), timestamps.Next("a"));
        _time.StepWallClock(TimeSpan.FromHours(2));
        Assert.Equal(Noon.AddHours(1), timestamps.Next("a"));
    }

    [Fact]
    public void Next_OtherSerialNumber_HasItsOwnOrder()
    {
        var timestamps = new LiveTimestamps(DateTimeOffset.MinValue, _time);
        timestamps.Next("a");
        Assert.Equal(Noon, timestamps.Next("b"));
    }

    [Fact]
    public void Next_AfterARestart_LiesBehindTheNewestOfBefore() =>
        Assert.Equal(Noon.AddMinutes(1).AddMilliseconds(1), new LiveTimestamps(Noon.AddMinutes(1), _time).Next("a"));

    [Fact]
    public void Next_ClockBetweenMilliseconds_IsCutToTheMillisecond()
    {
        _time.Advance(TimeSpan.FromTicks(12_345));
        Assert.Equal(Noon.AddMilliseconds(1), new LiveTimestamps(DateTimeOffset.MinValue, _time).Next("a"));
    }
}
