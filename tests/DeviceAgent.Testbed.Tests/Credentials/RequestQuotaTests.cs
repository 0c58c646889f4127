using DeviceAgent.TestSupport;
using DeviceAgent.Testbed.Credentials;

namespace DeviceAgent.Testbed.Tests.Credentials;

public sealed class RequestQuotaTests
{
    private readonly ManualTimeProvider _time = new();

    [Fact]
    public void TryTake_AfterTheBurst_RefillsWithTime()
    {
        var quota = new RequestQuota(_time);
        Assert.Equal(10, Taken(quota, 10));

        _time.Advance(TimeSpan.FromMilliseconds(300));
        Assert.Equal(3, Taken(quota, 10));

        _time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(10, Taken(quota, 10));
    }

    [Fact]
    public void TryTake_QuotaLowered_CountsAtOnce()
    {
        var quota = new RequestQuota(_time);
        Assert.True(quota.TryTake(50));

        Assert.Equal(2, Taken(quota, 2));
    }

    private static int Taken(RequestQuota quota, int perSecond) => Enumerable.Range(0, 100).TakeWhile(_ => quota.TryTake(perSecond)).Count();
}
