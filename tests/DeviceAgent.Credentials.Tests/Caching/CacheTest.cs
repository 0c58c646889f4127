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

    /// <param name="chance">What the cache's random source always says, 0 to 1.</param>
    /// <param name="stubborn">The source goes on after it was cancelled.</param>
    public CacheTest(double chance = 0.5, bool stubborn = false)
    {
        _stubborn = stubborn;
        Cache = new CredentialCache(FetchAsync, new CredentialCacheOptions(), Time, new FixedRandom(chance), Log);
    }

    public ManualTimeProvider Time { get; } = new();

    public TestLog Log { get; } = new();

    public CredentialCache Cache { get; }

    public long Fetches => Cache.Status.FetchCount;

    public static CredentialFailure Transient { get; } = new(CredentialFailureKind.ConnectionRefused, "refused", "network", "check");

    public static CredentialFailure Operator { get; } = new(CredentialFailureKind.AccessDenied, "denied", "policy", "attach", 403);

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

    private Task<FetchResult> FetchAsync(CancellationToken cancellationToken)
    {
        var call = new TaskCompletionSource<FetchResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!_stubborn) cancellationToken.Register(() => call.TrySetCanceled(cancellationToken));
        _calls.Enqueue(call);
        _called.Release();
        return call.Task;
    }

    private sealed class FixedRandom(double chance) : Random
    {
        public override double NextDouble() => chance;
    }
}
