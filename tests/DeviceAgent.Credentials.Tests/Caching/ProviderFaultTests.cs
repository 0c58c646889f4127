namespace DeviceAgent.Credentials.Tests.Caching;

/// <summary>
/// The provider fails for longer than a set lives, in every way: callers are served until 30 s before the end, one request is under
/// way at any time, and the first attempt after the fault, which is due within one step, brings the cache back.
/// </summary>
public sealed class ProviderFaultTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    public static TheoryData<CredentialFailureKind, int?, double> Faults => new()
    {
        { CredentialFailureKind.ConnectionRefused, null, 1800 },
        { CredentialFailureKind.NetworkUnreachable, null, 120 },
        { CredentialFailureKind.NameResolutionFailed, null, 120 },
        { CredentialFailureKind.ConnectTimedOut, null, 120 },
        { CredentialFailureKind.RequestTimedOut, null, 1800 },
        { CredentialFailureKind.ServiceFault, 503, 1800 },
        { CredentialFailureKind.Throttled, 429, 1800 },
        { CredentialFailureKind.AccessDenied, 403, 300 },
        { CredentialFailureKind.RoleAliasNotFound, 404, 600 },
        { CredentialFailureKind.AnswerMalformed, 200, 600 },
        { CredentialFailureKind.AnswerTooLarge, 200, 600 },
        { CredentialFailureKind.AnswerExpired, 200, 600 },
        { CredentialFailureKind.ClientCertificateRefused, null, 600 },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task Fault_LongerThanALife_CallersAreServedToTheEndAndItRecoversInOneStep(CredentialFailureKind kind, int? status, double step)
    {
        await using var test = new CacheTest(chance: 0.9);
        var failure = new CredentialFailure(kind, "fault", "cause", "remedy", status);
        var held = await test.StartAsync(Hour);
        var began = test.Time.GetTimestamp();

        while (test.Time.GetElapsedTime(began) < 2 * Hour)
        {
            test.Time.Advance(Min(test.Time.NextTimer ?? Second, Second));
            AssertServedUntilTheEnd(test, held, test.Time.GetElapsedTime(began));
            if (!test.Cache.Status.IsFetching) continue;
            AssertServedUntilTheEnd(test, held, test.Time.GetElapsedTime(began));
            await test.FailAsync(failure);
            Assert.Equal(kind, test.Cache.Status.LastFailure!.Kind);
        }

        // The fault is over.
        var due = test.Cache.Status.NextRefresh!.Value - test.Time.GetUtcNow();
        Assert.InRange(due, TimeSpan.Zero, TimeSpan.FromSeconds(step));
        test.Time.Advance(due);
        var renewed = await test.SucceedAsync(Hour);
        Assert.Same(renewed, test.GetAtOnce());
        Assert.Null(test.Cache.Status.LastFailure);
        Assert.Equal(1, test.MostAtOnce);
    }

    /// <summary>Each request hangs until its own timeout: nobody waits for it, and no second one is begun.</summary>
    [Fact]
    public async Task Slow_EveryRequestTakesTenSeconds_OneIsUnderWayAndCallersDoNotWait()
    {
        await using var test = new CacheTest(chance: 0.5);
        var held = await test.StartAsync(Hour);
        var began = test.Time.GetTimestamp();
        while (test.Time.GetElapsedTime(began) < Hour - TimeSpan.FromSeconds(45))
        {
            test.Time.Advance(Second);
            Assert.Same(held, test.GetAtOnce());
            if (!test.Cache.Status.IsFetching) continue;
            var hanging = await test.NextCallAsync();
            var callers = Enumerable.Range(0, 1000).Select(_ => test.Cache.GetAsync().AsTask()).ToArray();
            Assert.All(callers, c => Assert.Same(held, c.Result));
            test.Time.Advance(TimeSpan.FromSeconds(10));
            await test.AnswerAsync(hanging, new FetchResult.Failure(new(CredentialFailureKind.RequestTimedOut, "", "", "")));
        }

        Assert.Equal(1, test.MostAtOnce);
        Assert.True(test.Asked > 20, $"{test.Asked}");
    }

    /// <summary>In the last ten minutes of a life a transient fault is asked about every 20 s at the latest, as far as the budget allows.</summary>
    [Fact]
    public async Task Transient_LastTenMinutes_IsAskedEveryTwentySecondsUntilTheBudgetIsSpent()
    {
        await using var test = new CacheTest(chance: 1);
        await test.StartAsync(Hour);
        test.Time.Advance(TimeSpan.FromMinutes(33));
        for (var i = 0; i < 10; i++)
        {
            await test.FailAsync(CacheTest.Fault);
            test.Time.Advance(test.Time.NextTimer!.Value);
        }

        test.Time.Advance(TimeSpan.FromMinutes(50.1) - (Hour - test.Cache.Status.TimeLeft!.Value));
        await test.FailAsync(CacheTest.Fault);
        Assert.Equal(20, test.Time.NextTimer!.Value.TotalSeconds);
    }

    private static void AssertServedUntilTheEnd(CacheTest test, TemporaryCredentials held, TimeSpan age)
    {
        if (age < Hour - TimeSpan.FromSeconds(30)) Assert.Same(held, test.GetAtOnce());
        else Assert.False(test.Cache.Status.HasValidCredentials);
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
