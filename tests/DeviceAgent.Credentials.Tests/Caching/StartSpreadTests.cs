namespace DeviceAgent.Credentials.Tests.Caching;

public sealed class StartSpreadTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly CredentialCacheOptions TenSeconds = new() { StartSpread = TimeSpan.FromSeconds(10) };

    [Fact]
    public async Task Get_FirstOfAll_WaitsARandomPartOfTheSpread()
    {
        await using var test = new CacheTest(chance: 0.7, options: TenSeconds);
        var callers = Enumerable.Range(0, 10).Select(_ => test.Cache.GetAsync().AsTask()).ToArray();
        await test.Log.WaitForAsync(1, 1011);
        Assert.False(test.Cache.Status.IsFetching);
        Assert.Equal(test.Time.GetUtcNow().AddSeconds(7), test.Cache.Status.NextRefresh);
        Assert.Equal((TimeSpan.FromSeconds(7), TenSeconds.StartSpreadReason), (test.Cache.Status.StartDelay, test.Cache.Status.StartDelayReason));
        test.Time.Advance(TimeSpan.FromSeconds(6.9));
        Assert.Equal(0, test.Asked);
        test.Time.Advance(TimeSpan.FromSeconds(0.1));
        var credentials = await test.SucceedAsync(Hour);
        Assert.All(await Task.WhenAll(callers).WaitAsync(CacheTest.Patience), c => Assert.Same(credentials, c));
        Assert.Null(test.Cache.Status.StartDelay);
        Assert.Null(test.Cache.Status.LastFailure);
    }

    [Fact]
    public async Task Get_AfterTheFirst_WaitsNoMore()
    {
        await using var test = new CacheTest(options: TenSeconds);
        var first = test.Cache.GetAsync().AsTask();
        await test.Log.WaitForAsync(1, 1011);
        test.Time.Advance(TimeSpan.FromSeconds(5));
        await test.SucceedAsync(Hour);
        await first;
        test.Cache.Invalidate();
        await test.SucceedAsync(Hour);
        Assert.Equal(1, test.Log.Count(1011));
    }

    [Fact]
    public async Task Refresh_DuringTheSpread_AsksAtOnce()
    {
        await using var test = new CacheTest(options: TenSeconds);
        var waiting = test.Cache.GetAsync().AsTask();
        await test.Log.WaitForAsync(1, 1011);
        var forced = test.Cache.RefreshAsync();
        var credentials = await test.SucceedAsync(Hour);
        Assert.Same(credentials, await forced.WaitAsync(CacheTest.Patience));
        Assert.Same(credentials, await waiting.WaitAsync(CacheTest.Patience));
        Assert.Equal(1, test.Fetches);
    }

    [Fact]
    public async Task Skip_DuringTheSpread_AsksAtOnceAndOnce()
    {
        await using var test = new CacheTest(options: TenSeconds);
        var waiting = test.Cache.GetAsync().AsTask();
        await test.Log.WaitForAsync(1, 1011);
        test.Cache.SkipStartSpread();
        test.Cache.SkipStartSpread();
        var credentials = await test.SucceedAsync(Hour);
        Assert.Same(credentials, await waiting.WaitAsync(CacheTest.Patience));
        test.Cache.SkipStartSpread();
        Assert.Equal(1, test.Fetches);
    }

    [Fact]
    public async Task Skip_BeforeTheFirstRequest_ThatDoesNotWait()
    {
        await using var test = new CacheTest(options: TenSeconds);
        test.Cache.SkipStartSpread();
        Assert.Equal(0, test.Asked);
        var get = test.Cache.GetAsync().AsTask();
        Assert.Same(await test.SucceedAsync(Hour), await get.WaitAsync(CacheTest.Patience));
        Assert.Equal(0, test.Log.Count(1011));
    }

    [Fact]
    public async Task Skip_AfterAFailure_LeavesTheBackoffAsItIs()
    {
        await using var test = new CacheTest(options: TenSeconds);
        test.Cache.SkipStartSpread();
        var get = test.Cache.GetAsync().AsTask();
        await test.FailAsync(CacheTest.Operator);
        await Assert.ThrowsAsync<CredentialsUnavailableException>(() => get.WaitAsync(CacheTest.Patience));
        test.Cache.SkipStartSpread();
        Assert.Equal(CacheTest.Operator, await test.GetFailsAtOnceAsync());
        Assert.Equal(1, test.Fetches);
    }

    [Fact]
    public async Task SwitchTo_DuringTheSpread_EndsIt()
    {
        await using var test = new CacheTest(options: TenSeconds);
        var waiting = test.Cache.GetAsync().AsTask();
        await test.Log.WaitForAsync(1, 1011);
        var credentials = test.Issue(Hour);
        test.Cache.SwitchTo(_ => Task.FromResult<FetchResult>(new FetchResult.Success(test.Issue(Hour))), credentials);
        Assert.Equal(test.Time.GetUtcNow().AddMinutes(30), test.Cache.Status.NextRefresh);
        Assert.Same(credentials, await waiting.WaitAsync(CacheTest.Patience));
        Assert.Equal(0, test.Asked);
        Assert.Equal(1, test.Log.Count(1011));
    }

    [Fact]
    public async Task SwitchToNothing_DuringTheSpread_AsksTheNewSourceAtOnce()
    {
        await using var test = new CacheTest(options: TenSeconds);
        var waiting = test.Cache.GetAsync().AsTask();
        await test.Log.WaitForAsync(1, 1011);
        var credentials = test.Issue(Hour);
        test.Cache.SwitchTo(_ => Task.FromResult<FetchResult>(new FetchResult.Success(credentials)));
        Assert.Same(credentials, await waiting.WaitAsync(CacheTest.Patience));
        Assert.Equal(0, test.Asked);
        Assert.Equal(1, test.Log.Count(1011));
    }

    [Fact]
    public async Task Dispose_DuringTheSpread_EndsAtOnce()
    {
        var test = new CacheTest(options: TenSeconds);
        var waiting = test.Cache.GetAsync().AsTask();
        await test.Log.WaitForAsync(1, 1011);
        await test.DisposeAsync().AsTask().WaitAsync(CacheTest.Patience);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting.WaitAsync(CacheTest.Patience));
        Assert.Equal(0, test.Asked);
        Assert.Null(test.Time.NextTimer);
    }
}
