using DeviceAgent.Credentials.Caching;
using DeviceAgent.TestSupport;

namespace DeviceAgent.Credentials.Tests.Caching;

public sealed class RequestBudgetTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    [Fact]
    public void TryTake_BurstSpent_OneMoreEveryThirtySeconds()
    {
        var time = new ManualTimeProvider();
        var budget = new RequestBudget(10, TimeSpan.FromSeconds(30), time);
        for (var i = 0; i < 10; i++) Assert.True(budget.TryTake());
        Assert.False(budget.TryTake());
        Assert.Equal(TimeSpan.FromSeconds(30), budget.UntilNext);
        time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(20, budget.UntilNext.TotalSeconds, 6);
        time.Advance(TimeSpan.FromSeconds(20));
        Assert.True(budget.TryTake());
        Assert.False(budget.TryTake());
        time.Advance(Hour);
        Assert.Equal(10, Enumerable.Range(0, 20).Count(_ => budget.TryTake()));
    }

    /// <summary>An hour of a source that fails at once, with random delays of zero, in the urgent window and out of it.</summary>
    [Fact]
    public async Task Cache_SourceFailsAtOnceAndDelaysAreZero_RequestsStayWithinTheBudget()
    {
        await using var test = new CacheTest(chance: 0);
        await test.StartAsync(Hour);
        var began = test.Fetches;
        test.Time.Advance(TimeSpan.FromMinutes(27) - TimeSpan.FromSeconds(1));
        for (var end = test.Time.GetUtcNow() + Hour; test.Time.GetUtcNow() < end;)
        {
            test.Time.Advance(test.Time.NextTimer!.Value);
            if (test.Cache.Status.IsFetching) await test.FailAsync(CacheTest.Transient);
        }

        Assert.InRange(test.Fetches - began, 120, 10 + 120 + 1);
    }

    [Fact]
    public async Task Get_NothingHeldAndNoRequestAllowed_SaysWhy()
    {
        await using var test = new CacheTest(options: new() { RequestBurst = 0 });
        Assert.Equal(CredentialFailureKind.RequestBudgetSpent, (await test.GetFailsAtOnceAsync()).Kind);
        Assert.Equal(0, test.Fetches);
    }

    [Fact]
    public async Task Cache_LivesOfSeconds_AreRenewedForEver()
    {
        await using var test = new CacheTest();
        await test.StartAsync(TimeSpan.FromSeconds(10));
        for (var i = 0; i < 200; i++)
        {
            test.Time.Advance(TimeSpan.FromSeconds(5));
            Assert.Same(await test.SucceedAsync(TimeSpan.FromSeconds(10)), test.GetAtOnce());
        }
    }
}
