using DeviceAgent.Local;
using DeviceAgent.TestSupport;

namespace DeviceAgent.Tests.Local;

public sealed class IngestRateTests
{
    [Fact]
    public void TryTake_BeyondTheBurst_SaysHowLongToWaitAndTakesNothing()
    {
        var time = new ManualTimeProvider();
        var limit = Ingestion.RateOf(200, time);
        Assert.Null(limit.TryTake(1000));
        Assert.Null(limit.TryTake(1000));
        Assert.Equal(TimeSpan.FromSeconds(2.5), limit.TryTake(500));
        Assert.Equal(TimeSpan.FromSeconds(2.5), limit.TryTake(500));
        time.Advance(TimeSpan.FromSeconds(2.5));
        Assert.Null(limit.TryTake(500));
        Assert.NotNull(limit.TryTake(1));
    }

    [Fact]
    public void TryTake_AfterALongPause_GrantsNoMoreThanTheBurst()
    {
        var time = new ManualTimeProvider();
        var limit = Ingestion.RateOf(1, time);
        time.Advance(TimeSpan.FromDays(1));
        Assert.Null(limit.TryTake(ReadingsBody.MaxReadings));
        Assert.NotNull(limit.TryTake(1));
    }
}
