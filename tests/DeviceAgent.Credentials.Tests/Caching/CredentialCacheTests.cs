using Microsoft.Extensions.Logging;

namespace DeviceAgent.Credentials.Tests.Caching;

public sealed class CredentialCacheTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);

    [Fact]
    public async Task Get_ThousandCallersWithNothingHeld_ShareOneFetch()
    {
        await using var test = new CacheTest();
        var callers = Enumerable.Range(0, 1000).Select(_ => Task.Run(() => test.Cache.GetAsync().AsTask())).ToArray();
        var credentials = await test.SucceedAsync(Hour);
        Assert.All(await Task.WhenAll(callers).WaitAsync(CacheTest.Patience), c => Assert.Same(credentials, c));
        Assert.Equal(1, test.Fetches);
    }

    [Fact]
    public async Task Get_ThousandCallersAtExpiry_ShareOneFetch()
    {
        await using var test = new CacheTest();
        await test.StartAsync(Hour);
        test.Time.Advance(Hour);
        // The refresh that began half an hour ago is still on its way: they join it.
        var callers = Enumerable.Range(0, 1000).Select(_ => Task.Run(() => test.Cache.GetAsync().AsTask())).ToArray();
        var credentials = await test.SucceedAsync(Hour);
        Assert.All(await Task.WhenAll(callers).WaitAsync(CacheTest.Patience), c => Assert.Same(credentials, c));
        Assert.Equal(2, test.Fetches);
    }

    [Fact]
    public async Task Get_FetchFails_EveryWaitingCallerGetsTheFailure()
    {
        await using var test = new CacheTest();
        var callers = Enumerable.Range(0, 50).Select(_ => test.Cache.GetAsync().AsTask()).ToArray();
        await test.FailAsync(CacheTest.Operator);
        foreach (var caller in callers)
            Assert.Same(CacheTest.Operator, (await Assert.ThrowsAsync<CredentialsUnavailableException>(() => caller.WaitAsync(CacheTest.Patience))).Failure);
        Assert.Equal(1, test.Fetches);
    }

    [Fact]
    public async Task Get_WhileBackingOff_FailsAtOnceWithoutAFetch()
    {
        await using var test = new CacheTest();
        var first = test.Cache.GetAsync().AsTask();
        await test.FailAsync(CacheTest.Operator);
        await Assert.ThrowsAsync<CredentialsUnavailableException>(() => first);

        for (var i = 0; i < 100; i++) Assert.Same(CacheTest.Operator, await test.GetFailsAtOnceAsync());
        Assert.Equal(1, test.Fetches);
        // Half of the way from 2 to 4 minutes.
        test.Time.Advance(TimeSpan.FromMinutes(3) - Tick);
        Assert.Equal(1, test.Fetches);
        test.Time.Advance(Tick);
        Assert.Equal(2, test.Fetches);
    }

    [Theory]
    [InlineData(0.0, 27)]
    [InlineData(0.5, 30)]
    [InlineData(1.0, 33)]
    public async Task Refresh_HalfOfTheLifeWithJitter_StartsInTheBackground(double chance, int minutes)
    {
        await using var test = new CacheTest(chance: chance);
        var old = await test.StartAsync(Hour);
        Assert.Equal(test.Time.GetUtcNow().AddMinutes(minutes), test.Cache.Status.NextRefresh);

        test.Time.Advance(TimeSpan.FromMinutes(minutes) - Tick);
        Assert.Equal(1, test.Fetches);
        test.Time.Advance(Tick);
        Assert.Equal(2, test.Fetches);
        Assert.True(test.Cache.Status.IsFetching);
        Assert.Same(old, test.GetAtOnce());

        var renewed = await test.SucceedAsync(Hour);
        Assert.Same(renewed, test.GetAtOnce());
        Assert.Equal(2, test.Fetches);
    }

    [Fact]
    public async Task Refresh_Fails_TheOldSetIsServedUntilHalfAMinuteBeforeItsEnd()
    {
        await using var test = new CacheTest();
        var old = await test.StartAsync(Hour);
        test.Time.Advance(TimeSpan.FromMinutes(30));
        await test.FailAsync(CacheTest.Operator);
        Assert.Same(old, test.GetAtOnce());
        Assert.Same(CacheTest.Operator, test.Cache.Status.LastFailure);

        test.Time.Advance(TimeSpan.FromMinutes(3));
        await test.FailAsync(CacheTest.Operator);
        test.Time.Advance(TimeSpan.FromMinutes(5));
        var hanging = await test.NextCallAsync();
        test.Time.Advance(TimeSpan.FromMinutes(22) - TimeSpan.FromSeconds(30) - Tick);
        Assert.Same(old, test.GetAtOnce());
        Assert.Equal(0, test.Log.Count(1004));

        test.Time.Advance(Tick);
        var waiting = test.Cache.GetAsync().AsTask();
        Assert.False(waiting.IsCompleted);
        Assert.False(test.Cache.Status.HasValidCredentials);
        Assert.Equal(1, test.Log.Count(1004));
        hanging.SetResult(new FetchResult.Failure(CacheTest.Operator));
        await Assert.ThrowsAsync<CredentialsUnavailableException>(() => waiting.WaitAsync(CacheTest.Patience));
    }

    [Fact]
    public async Task Refresh_OutagePastTheEnd_RecoversWithinOneStep()
    {
        await using var test = new CacheTest(chance: 1);
        await test.StartAsync(TimeSpan.FromMinutes(15));
        // Until after the end, each attempt fails; the source is never asked more than once a step.
        var attempts = 0;
        while (test.Cache.Status.HasValidCredentials || attempts < 12)
        {
            test.Time.Advance(test.Time.NextTimer!.Value);
            if (!test.Cache.Status.IsFetching) continue;
            await test.FailAsync(CacheTest.Transient);
            attempts++;
        }

        Assert.Same(CacheTest.Transient, await test.GetFailsAtOnceAsync());
        test.Time.Advance(TimeSpan.FromSeconds(120));
        await test.SucceedAsync(Hour);
        test.GetAtOnce();
        Assert.Equal(1, test.Log.Count(1003));
        Assert.Null(test.Cache.Status.LastFailure);
        Assert.Equal(0, test.Cache.Status.ConsecutiveFailures);
    }

    [Theory]
    [InlineData(2.0, 1.0)]
    [InlineData(3.0, 2.0)]
    [InlineData(5.0, 4.0)]
    [InlineData(20.0, 18.0)]
    [InlineData(900.0, 870.0)]
    [InlineData(43200.0, 43170.0)]
    public async Task Get_ShortLife_IsNeverServedToItsEnd(double life, double servedFor)
    {
        await using var test = new CacheTest();
        var credentials = await test.StartAsync(TimeSpan.FromSeconds(life));
        test.Time.Advance(TimeSpan.FromSeconds(servedFor) - Tick);
        Assert.Same(credentials, test.GetAtOnce());
        test.Time.Advance(Tick);
        Assert.False(test.Cache.GetAsync().AsTask().IsCompleted);
        Assert.Equal(2, test.Fetches);
    }

    [Fact]
    public async Task Refresh_ManyShortLives_OneRequestEach()
    {
        await using var test = new CacheTest();
        await test.StartAsync(TimeSpan.FromSeconds(4));
        for (var i = 1; i <= 20; i++)
        {
            test.Time.Advance(TimeSpan.FromSeconds(2));
            var renewed = await test.SucceedAsync(TimeSpan.FromSeconds(4));
            Assert.Same(renewed, test.GetAtOnce());
            Assert.Equal(1 + i, test.Fetches);
        }
    }

    [Theory]
    [InlineData(-365 * 24)]
    [InlineData(-1)]
    [InlineData(10 * 365 * 24)]
    public async Task Get_WallClockSteps_LifeIsCountedOnTheMonotonicClock(int hours)
    {
        await using var test = new CacheTest();
        var credentials = await test.StartAsync(Hour);
        test.Time.StepWallClock(TimeSpan.FromHours(hours));
        Assert.Same(credentials, test.GetAtOnce());
        Assert.Equal(Hour, test.Cache.Status.TimeLeft);
        test.Time.Advance(TimeSpan.FromMinutes(30) - Tick);
        Assert.Equal(1, test.Fetches);
        test.Time.Advance(Tick);
        Assert.Equal(2, test.Fetches);
        test.Time.Advance(TimeSpan.FromMinutes(29.5));
        Assert.False(test.Cache.Status.HasValidCredentials);
    }

    [Fact]
    public async Task Get_CallerCancels_TheFetchGoesOnForTheOthers()
    {
        await using var test = new CacheTest();
        using var cancel = new CancellationTokenSource();
        var impatient = test.Cache.GetAsync(cancel.Token).AsTask();
        var patient = test.Cache.GetAsync().AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => impatient);
        var credentials = await test.SucceedAsync(Hour);
        Assert.Same(credentials, await patient.WaitAsync(CacheTest.Patience));
        Assert.Equal(1, test.Fetches);
    }

    [Fact]
    public async Task Fetch_SourceThrows_IsAFailureAndTheRenewalGoesOn()
    {
        await using var test = new CacheTest();
        var get = test.Cache.GetAsync().AsTask();
        await test.ThrowAsync(new InvalidOperationException("broken"));
        var failure = (await Assert.ThrowsAsync<CredentialsUnavailableException>(() => get.WaitAsync(CacheTest.Patience))).Failure;
        Assert.Equal(CredentialFailureKind.Unexpected, failure.Kind);
        Assert.Equal(1, test.Log.Count(1007));
        test.Time.Advance(TimeSpan.FromMinutes(3));
        await test.SucceedAsync(Hour);
        test.GetAtOnce();
    }

    [Fact]
    public async Task Fetch_SetWithoutLife_IsAFailureAndKeepsTheOldSet()
    {
        await using var test = new CacheTest();
        var old = await test.StartAsync(Hour);
        test.Time.Advance(TimeSpan.FromMinutes(30));
        await test.SucceedAsync(TimeSpan.Zero);
        Assert.Same(old, test.GetAtOnce());
        Assert.Equal(CredentialFailureKind.AnswerExpired, test.Cache.Status.LastFailure?.Kind);
    }

    [Fact]
    public async Task Dispose_WhileFetching_CancelsAndFailsTheCallers()
    {
        await using var test = new CacheTest();
        var get = test.Cache.GetAsync().AsTask();
        await test.NextCallAsync();
        await test.Cache.DisposeAsync().AsTask().WaitAsync(CacheTest.Patience);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => get.WaitAsync(CacheTest.Patience));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => test.Cache.GetAsync().AsTask());
        Assert.Null(test.Time.NextTimer);
    }

    [Fact]
    public async Task Log_FailureThatLasts_IsToldInFullOnceAndNoSecretEver()
    {
        await using var test = new CacheTest();
        await test.StartAsync(Hour);
        test.Time.Advance(TimeSpan.FromMinutes(30));
        for (var i = 0; i < 3; i++)
        {
            await test.FailAsync(CacheTest.Transient);
            test.Time.Advance(TimeSpan.FromSeconds(60));
        }

        await test.FailAsync(CacheTest.Operator);
        test.Time.Advance(TimeSpan.FromMinutes(10));
        await test.SucceedAsync(Hour);

        var full = test.Log.Entries.Where(e => e.Id == 1001).ToArray();
        Assert.Equal(2, full.Length);
        Assert.All(full, e => Assert.Equal(LogLevel.Warning, e.Level));
        Assert.Contains("denied Likely cause: policy. attach", full[1].Text);
        Assert.Equal(2, test.Log.Entries.Count(e => e.Id == 1002 && e.Level == LogLevel.Debug));
        Assert.Equal(1, test.Log.Count(1003));
        Assert.Contains(test.Log.Entries, e => e.Id == 1000 && e.Text.Contains("valid until 2026-03-01 13:00:00Z"));
        Assert.DoesNotContain(test.Log.Entries, e => e.Text.Contains("canary"));
    }

    [Fact]
    public async Task Log_ClockOff_IsToldOnce()
    {
        await using var test = new CacheTest();
        var get = test.Cache.GetAsync().AsTask();
        await test.FailAsync(CacheTest.Operator with { ClockOffset = TimeSpan.FromMinutes(7) });
        await Assert.ThrowsAsync<CredentialsUnavailableException>(() => get);
        test.Time.Advance(TimeSpan.FromMinutes(10));
        await test.FailAsync(CacheTest.Operator with { ClockOffset = TimeSpan.FromMinutes(7) });
        Assert.Equal(TimeSpan.FromMinutes(7), test.Cache.Status.ClockOffset);
        await test.Log.WaitForAsync(1, 1005);
        Assert.Equal(1, test.Log.Count(1005));
    }
}
