using System.Text.Json;
using DeviceAgent.Control;
using DeviceAgent.Credentials;
using DeviceAgent.TestSupport;
using Microsoft.Extensions.Logging.Abstractions;

namespace DeviceAgent.Tests.Control;

public sealed class RefreshCredentialsOperationTests : IChangeProgress
{
    private readonly ManualTimeProvider _time = new();
    private int _fetches;

    [Fact]
    public async Task Execute_AskedForTooOftenToFetch_DoesNotTellSuccess()
    {
        await using var cache = new CredentialCache(FetchAsync, new CredentialCacheOptions { RequestBurst = 2 }, _time, new Random(1), NullLogger.Instance);
        var operation = new RefreshCredentialsOperation(cache);
        using var document = JsonDocument.Parse("""{"operation":"refresh-credentials"}""");

        Assert.Equal(ChangeOutcome.Applied, await ExecuteAsync());
        Assert.Equal(ChangeOutcome.Applied, await ExecuteAsync());
        var refused = await ExecuteAsync();
        Assert.Equal((2, ChangeResult.Rejected, ChangeCodes.TooSoon), (_fetches, refused.Result, refused.Code));
        Assert.Contains("those held stay", refused.Reason);

        Task<ChangeOutcome> ExecuteAsync() => operation.ExecuteAsync(document.RootElement, this, CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(20));
    }

    void IChangeProgress.Reached(string step)
    {
    }

    private Task<FetchResult> FetchAsync(CancellationToken cancellationToken) => Task.FromResult<FetchResult>(new FetchResult.Success(new TemporaryCredentials
    {
        AccessKeyId = $"ASIA{++_fetches}",
        SecretAccessKey = new Secret("secret"),
        SessionToken = new Secret("token"),
        Expiration = _time.GetUtcNow().AddHours(1),
        Lifetime = TimeSpan.FromHours(1),
        ReceivedAt = _time.GetTimestamp(),
        ClockOffset = TimeSpan.Zero,
    }));
}
