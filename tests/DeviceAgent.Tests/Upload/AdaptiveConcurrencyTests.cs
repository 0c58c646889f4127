using DeviceAgent.Upload;

namespace DeviceAgent.Tests.Upload;

public class AdaptiveConcurrencyTests
{
    [Fact]
    public void OnSuccess_WindowsThatNeededAll_GrowByOneUpToTheMaximum()
    {
        var concurrency = new AdaptiveConcurrency(() => 3);
        Assert.Equal([1, 1, 1, 1, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3], Enumerable.Range(0, 15).Select(_ => AfterSuccess(concurrency)));
    }

    [Fact]
    public void OnSuccess_NotAllWereNeeded_DoesNotGrow()
    {
        var concurrency = new AdaptiveConcurrency(() => 4);
        for (var i = 0; i < 50; i++) concurrency.OnSuccess(wasNeeded: false);
        Assert.Equal(1, concurrency.Limit);
    }

    [Fact]
    public void OnPressure_HalvesDownToOneAndStartsANewWindow()
    {
        var concurrency = At(16);
        var limits = new List<int>();
        for (var i = 0; i < 5; i++)
        {
            concurrency.OnPressure();
            limits.Add(concurrency.Limit);
        }

        Assert.Equal([8, 4, 2, 1, 1], limits);
        Assert.Equal(5, concurrency.Epoch);
        for (var i = 0; i < 4; i++) AfterSuccess(concurrency);
        concurrency.OnPressure();
        Assert.Equal(1, AfterSuccess(concurrency));
    }

    [Fact]
    public void OnParked_LeavesOne()
    {
        var concurrency = At(16);
        concurrency.OnParked();
        Assert.Equal(1, concurrency.Limit);
    }

    private static AdaptiveConcurrency At(int limit)
    {
        var concurrency = new AdaptiveConcurrency(() => limit);
        for (var i = 0; i < 1000 && concurrency.Limit < limit; i++) AfterSuccess(concurrency);
        Assert.Equal(limit, concurrency.Limit);
        return concurrency;
    }

    private static int AfterSuccess(AdaptiveConcurrency concurrency)
    {
        concurrency.OnSuccess(wasNeeded: true);
        return concurrency.Limit;
    }
}
