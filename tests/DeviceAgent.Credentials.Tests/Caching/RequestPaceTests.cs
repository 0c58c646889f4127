namespace DeviceAgent.Credentials.Tests.Caching;

public sealed class RequestPaceTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

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
