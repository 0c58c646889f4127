namespace DeviceAgent.Credentials.Tests.Caching;

public sealed class ForcedRefreshTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    [Fact]
    public async Task Refresh_SetHeld_FetchesNowAndKeepsServingMeanwhile()
    {
        await using var test = new CacheTest();
        var old = await test.StartAsync(Hour);
        var refresh = test.Cache.RefreshAsync();
        var joined = test.Cache.RefreshAsync();
        Assert.Same(old, test.GetAtOnce());
        var renewed = await test.SucceedAsync(Hour);
        Assert.Same(renewed, await refresh);
        Assert.Same(renewed, await joined);
        Assert.Equal(2, test.Fetches);
    }

    [Fact]
    public async Task Refresh_Fails_ThrowsAndKeepsTheOldSet()
    {
        await using var test = new CacheTest();
        var old = await test.StartAsync(Hour);
        var refresh = test.Cache.RefreshAsync();
        await test.FailAsync(CacheTest.Operator);
        Assert.Same(CacheTest.Operator, (await Assert.ThrowsAsync<CredentialsUnavailableException>(() => refresh)).Failure);
        Assert.Same(old, test.GetAtOnce());
    }

    [Fact]
    public async Task Refresh_WhileBackingOff_AsksAtOnce()
    {
        await using var test = new CacheTest();
        var get = test.Cache.GetAsync().AsTask();
        await test.FailAsync(CacheTest.Operator);
        await Assert.ThrowsAsync<CredentialsUnavailableException>(() => get);
        var refresh = test.Cache.RefreshAsync();
        Assert.Same(await test.SucceedAsync(Hour), await refresh);
    }

    [Fact]
    public async Task TryAgain_WhileBackingOff_AsksAtOnce()
    {
        await using var test = new CacheTest();
        var get = test.Cache.GetAsync().AsTask();
        await test.FailAsync(CacheTest.Operator);
        await Assert.ThrowsAsync<CredentialsUnavailableException>(() => get);
        test.Cache.TryAgain();
        test.Cache.TryAgain();
        var waiting = test.Cache.GetAsync().AsTask();
        Assert.Same(await test.SucceedAsync(Hour), await waiting);
        Assert.Equal(2, test.Fetches);
    }

    [Fact]
    public async Task TryAgain_NothingFailed_AsksForNothing()
    {
        await using var test = new CacheTest();
        test.Cache.TryAgain();
        await test.StartAsync(Hour);
        test.Cache.TryAgain();
        Assert.Equal(1, test.Fetches);
    }

    [Fact]
    public async Task Refresh_InALoop_IsLimited()
    {
        await using var test = new CacheTest();
        await test.StartAsync(Hour);
        for (var i = 0; i < 9; i++)
        {
            var refresh = test.Cache.RefreshAsync();
            await test.SucceedAsync(Hour);
            await refresh;
        }

        var held = test.GetAtOnce();
        for (var i = 0; i < 100; i++) Assert.Same(held, await test.Cache.RefreshAsync());
        Assert.Equal(10, test.Fetches);

        test.Time.Advance(TimeSpan.FromSeconds(30));
        var allowed = test.Cache.RefreshAsync();
        Assert.Same(await test.SucceedAsync(Hour), await allowed);
        Assert.Equal(11, test.Fetches);
    }

    [Fact]
    public async Task Invalidate_SetHeld_IsNotServedAnyMore()
    {
        await using var test = new CacheTest();
        var old = await test.StartAsync(Hour);
        test.Cache.Invalidate(old.AccessKeyId);
        var get = test.Cache.GetAsync().AsTask();
        Assert.False(get.IsCompleted);
        Assert.Same(await test.SucceedAsync(Hour), await get);
        Assert.Equal(2, test.Fetches);
    }

    [Fact]
    public async Task Invalidate_ForAnOlderSet_ChangesNothing()
    {
        await using var test = new CacheTest();
        var current = await test.StartAsync(Hour);
        test.Cache.Invalidate("ASIAOLDER");
        Assert.Same(current, test.GetAtOnce());
        Assert.Equal(1, test.Fetches);
    }

    [Fact]
    public async Task Invalidate_InALoop_IsLimited()
    {
        await using var test = new CacheTest();
        await test.StartAsync(Hour);
        for (var i = 0; i < 9; i++)
        {
            test.Cache.Invalidate();
            await test.SucceedAsync(Hour);
        }

        test.Cache.Invalidate();
        test.GetAtOnce();
        Assert.Equal(10, test.Fetches);
    }

    [Fact]
    public async Task SwitchTo_WhileFetching_CallersGetTheNewSetAndTheOldSourceIsCancelled()
    {
        await using var test = new CacheTest();
        var waiting = test.Cache.GetAsync().AsTask();
        var abandoned = await test.NextCallAsync();
        var tried = test.Issue(Hour);
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        test.Cache.SwitchTo(
            _ =>
            {
                asked.SetResult();
                return Task.FromResult<FetchResult>(new FetchResult.Failure(CacheTest.Operator));
            },
            tried);

        Assert.Same(tried, await waiting.WaitAsync(CacheTest.Patience));
        Assert.Same(tried, test.GetAtOnce());
        Assert.True(abandoned.Task.IsCanceled);
        test.Time.Advance(TimeSpan.FromMinutes(30));
        await asked.Task.WaitAsync(CacheTest.Patience);
        Assert.Same(tried, test.GetAtOnce());
    }

    [Fact]
    public async Task SwitchTo_OldSourceAnswersLate_ItsSetIsIgnored()
    {
        await using var test = new CacheTest(stubborn: true);
        var waiting = test.Cache.GetAsync().AsTask();
        var late = await test.NextCallAsync();
        var tried = test.Issue(Hour);
        test.Cache.SwitchTo(_ => throw new InvalidOperationException(), tried);
        late.SetResult(new FetchResult.Success(test.Issue(Hour)));
        Assert.Same(tried, await waiting.WaitAsync(CacheTest.Patience));
        Assert.Same(tried, test.GetAtOnce());
    }

    [Fact]
    public async Task SwitchTo_OldRequestGoesOn_TheNextWaitsForItsEnd()
    {
        await using var test = new CacheTest(stubborn: true);
        var waiting = test.Cache.GetAsync().AsTask();
        var old = await test.NextCallAsync();
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        test.Cache.SwitchTo(
            _ =>
            {
                asked.SetResult();
                return Task.FromResult<FetchResult>(new FetchResult.Success(test.Issue(Hour)));
            },
            test.Issue(Hour));
        var refresh = test.Cache.RefreshAsync();
        Assert.True(test.Cache.Status.IsFetching);
        Assert.False(asked.Task.IsCompleted);
        old.SetResult(new FetchResult.Failure(CacheTest.Operator));
        await refresh.WaitAsync(CacheTest.Patience);
        Assert.True(asked.Task.IsCompleted);
        await waiting.WaitAsync(CacheTest.Patience);
    }

    [Fact]
    public async Task SwitchTo_DeadSet_ChangesNothing()
    {
        await using var test = new CacheTest();
        var held = await test.StartAsync(Hour);
        Assert.Throws<ArgumentException>(() => test.Cache.SwitchTo(_ => throw new InvalidOperationException(), test.Issue(TimeSpan.Zero)));
        Assert.Same(held, test.GetAtOnce());
    }
}
