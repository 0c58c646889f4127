using System.Collections.Concurrent;
using DeviceAgent.Credentials.Tests.Fixtures;
using DeviceAgent.TestSupport;

namespace DeviceAgent.Credentials.Tests.Caching;

/// <summary>A cache in virtual time over a source that answers when the test says so.</summary>
internal sealed class CacheTest : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly int[] Settled = [1000, 1001, 1002];

    private readonly ConcurrentQueue<TaskCompletionSource<FetchResult>> _calls = new();
    private readonly SemaphoreSlim _called = new(0);
    private readonly bool _stubborn;
    private int _settled;
    private int _issued;
    private int _asked;
    private int _underWay;

    /// <param name="chance">What the cache's random source always says, 0 to 1.</param>
    /// <param name="stubborn">The source goes on after it was cancelled.</param>
    /// <param name="options">Others than the defaults.</param>
    public CacheTest(double chance = 0.5, bool stubborn = false, CredentialCacheOptions? options = null)
    {
        _stubborn = stubborn;
        Cache = new CredentialCache(FetchAsync, options ?? new CredentialCacheOptions(), Time, new FixedRandom(chance), Log);
    }

    public ManualTimeProvider Time { get; } = new();

    public TestLog Log { get; } = new();

    public CredentialCache Cache { get; }

    /// <summary>Calls of the source.</summary>
    public int Asked => Volatile.Read(ref _asked);

    /// <summary>The most calls of the source that were under way at the same time.</summary>
    public int MostAtOnce { get; private set; }

    public long Fetches => Cache.Status.FetchCount;

    public static CredentialFailure Transient { get; } = new(CredentialFailureKind.NetworkUnreachable, "no way", "network", "check");

    public static CredentialFailure Fault { get; } = new(CredentialFailureKind.ServiceFault, "fault", "service", "wait", 503);

    public static CredentialFailure Operator { get; } = new(CredentialFailureKind.RoleAliasNotFound, "denied", "policy", "attach", 404);

    public static CredentialFailure Forbidden { get; } = new(CredentialFailureKind.AccessDenied, "denied", "policy", "attach", 403);

    public TemporaryCredentials Issue(TimeSpan life) => new()
    {
        AccessKeyId = $"ASIA{Interlocked.Increment(ref _issued)}",
        SecretAccessKey = new Secret("canary-secret-key"),
        SessionToken = new Secret("canary-session-token"),
        Expiration = Time.GetUtcNow() + life,
        Lifetime = life,
        ReceivedAt = Time.GetTimestamp(),
        ClockOffset = TimeSpan.Zero,
    };

    /// <summary>Waits for the fetch that is running or about to start, and answers it with a new set.</summary>
    public async Task<TemporaryCredentials> SucceedAsync(TimeSpan life)
    {
        var call = await NextCallAsync();
        var credentials = Issue(life);
        await SettleAsync(call, new FetchResult.Success(credentials));
        return credentials;
    }

    public async Task FailAsync(CredentialFailure failure) => await SettleAsync(await NextCallAsync(), new FetchResult.Failure(failure));

    /// <summary>Answers a call that <see cref="NextCallAsync"/> gave.</summary>
    public Task AnswerAsync(TaskCompletionSource<FetchResult> call, FetchResult result) => SettleAsync(call, result);

    public async Task ThrowAsync(Exception exception)
    {
        (await NextCallAsync()).SetException(exception);
        await Log.WaitForAsync(++_settled, Settled);
    }

    /// <summary>The first set, so that a test can start from a cache that holds one.</summary>
    public async Task<TemporaryCredentials> StartAsync(TimeSpan life)
    {
        var get = Cache.GetAsync().AsTask();
        var credentials = await SucceedAsync(life);
        Assert.Same(credentials, await get.WaitAsync(Patience));
        return credentials;
    }

    public async Task<TaskCompletionSource<FetchResult>> NextCallAsync()
    {
        Assert.True(await _called.WaitAsync(Patience), "no fetch was started");
        Assert.True(_calls.TryDequeue(out var call));
        return call;
    }

    public TemporaryCredentials GetAtOnce()
    {
        var get = Cache.GetAsync().AsTask();
        Assert.True(get.IsCompletedSuccessfully, "the caller had to wait or failed");
        return get.GetAwaiter().GetResult();
    }

    public async Task<CredentialFailure> GetFailsAtOnceAsync()
    {
        var get = Cache.GetAsync().AsTask();
        Assert.True(get.IsCompleted, "the caller had to wait");
        return (await Assert.ThrowsAsync<CredentialsUnavailableException>(() => get)).Failure;
    }

    public ValueTask DisposeAsync() => Cache.DisposeAsync();

    private async Task SettleAsync(TaskCompletionSource<FetchResult> call, FetchResult result)
    {
        call.SetResult(result);
        await Log.WaitForAsync(++_settled, Settled);
    }

    private async Task<FetchResult> FetchAsync(CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _asked);
        MostAtOnce = Math.Max(MostAtOnce, Interlocked.Increment(ref _underWay));
        var call = new TaskCompletionSource<FetchResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!_stubborn) cancellationToken.Register(() => call.TrySetCanceled(cancellationToken));
        _calls.Enqueue(call);
        _called.Release();
        try
        {
            return await call.Task;
        }
        finally
        {
            Interlocked.Decrement(ref _underWay);
        }
    }

    private sealed class FixedRandom(double chance) : Random
    {
        public override double NextDouble() => chance;
    }
}
