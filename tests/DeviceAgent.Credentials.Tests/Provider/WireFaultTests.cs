using System.Globalization;
using DeviceAgent.Credentials.Tests.Fixtures;

namespace DeviceAgent.Credentials.Tests.Provider;

/// <summary>Cache and client together over real sockets, in virtual time: a fault on the wire that lasts beyond the refresh window.</summary>
public sealed class WireFaultTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly int[] Settled = [1000, 1001, 1002];

    public static TheoryData<string, CredentialFailureKind> Faults => new()
    {
        { "cut", CredentialFailureKind.ConnectionLost },
        { "503", CredentialFailureKind.ServiceFault },
        { "429", CredentialFailureKind.Throttled },
        { "403", CredentialFailureKind.AccessDenied },
        { "malformed", CredentialFailureKind.AnswerMalformed },
        { "1 MB", CredentialFailureKind.AnswerTooLarge },
        { "expired", CredentialFailureKind.AnswerExpired },
        { "slow", CredentialFailureKind.RequestTimedOut },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task Fault_FromTheRefreshToTheEnd_CallersAreServedAndTheFirstGoodAnswerEndsIt(string fault, CredentialFailureKind kind)
    {
        var failing = false;
        var hanging = new SemaphoreSlim(0);
        ProviderTest? client = null;
        await using var server = new TlsServer
        {
            Reply = (c, stop) => Volatile.Read(ref failing) ? FailAsync(fault, c, hanging, client!.Time.GetUtcNow(), stop) : c.SendAsync(Good(client!.Time.GetUtcNow())),
        };
        using var test = client = new ProviderTest(server.Endpoint);
        var log = new TestLog();
        await using var cache = new CredentialCache(test.StartAsync, new CredentialCacheOptions(), test.Time, new Random(1), log);
        var held = await cache.GetAsync().AsTask().WaitAsync(Patience);

        Volatile.Write(ref failing, true);
        var settled = 1;
        while (cache.Status.TimeLeft > TimeSpan.FromSeconds(45))
        {
            // Never beyond the half minute in which it is no longer served, while a slow answer takes its ten seconds.
            test.Time.Advance(Min(test.Time.NextTimer!.Value, cache.Status.TimeLeft!.Value - TimeSpan.FromSeconds(44)));
            AssertServed(cache, held);
            if (!cache.Status.IsFetching) continue;
            if (fault == "slow")
            {
                Assert.True(await hanging.WaitAsync(Patience));
                AssertServed(cache, held);
                test.Time.Advance(TimeSpan.FromSeconds(10));
            }

            await log.WaitForAsync(++settled, Settled);
            Assert.Equal(kind, cache.Status.LastFailure!.Kind);
            AssertServed(cache, held);
        }

        Assert.True(settled > 3, $"{settled} requests");
        Volatile.Write(ref failing, false);
        while (!cache.Status.IsFetching) test.Time.Advance(test.Time.NextTimer!.Value);
        await log.WaitForAsync(settled + 1, Settled);
        Assert.Null(cache.Status.LastFailure);
        Assert.NotSame(held, await cache.GetAsync());
        Assert.DoesNotContain(log.Entries, e => e.Text.Contains("canary", StringComparison.Ordinal));
    }

    private static Task FailAsync(string fault, TlsServer.Connection connection, SemaphoreSlim hanging, DateTimeOffset now, CancellationToken stop) => fault switch
    {
        "cut" => connection.SendAsync(Good(now)[..80]),
        "malformed" => connection.SendAsync(Answers.Http(200, Answers.Body(now.AddHours(1))[..60], Answers.DateHeader(now))),
        "1 MB" => connection.SendAsync(Answers.Http(200, new string('x', 1 << 20), Answers.DateHeader(now))),
        "expired" => connection.SendAsync(Answers.Ok(now.AddMinutes(-5), now)),
        "slow" => HangAsync(hanging, stop),
        _ => connection.SendAsync(Answers.Error(int.Parse(fault, CultureInfo.InvariantCulture), "Access Denied", Answers.DateHeader(now))),
    };

    private static string Good(DateTimeOffset now) => Answers.Ok(now.AddHours(1), now);

    private static Task HangAsync(SemaphoreSlim hanging, CancellationToken stop)
    {
        hanging.Release();
        return Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop);
    }

    private static void AssertServed(CredentialCache cache, TemporaryCredentials held)
    {
        var get = cache.GetAsync().AsTask();
        Assert.True(get.IsCompletedSuccessfully);
        Assert.Same(held, get.GetAwaiter().GetResult());
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
