using Amazon.Runtime;
using DeviceAgent.Clock;
using DeviceAgent.Credentials;

namespace DeviceAgent.Upload.DynamoDb;

/// <summary>What requests to the table are signed with.</summary>
internal interface ITableAccess
{
    /// <summary>Gets credentials ready for the next request, by the SDK's client too.</summary>
    ValueTask<TemporaryCredentials> PrepareAsync(CancellationToken cancellationToken);

    /// <summary>Fetches new credentials, unless that was done a moment ago.</summary>
    Task RefreshAsync(CancellationToken cancellationToken);

    /// <summary>The table's answer said what time it is.</summary>
    void ServerTimeIs(DateTimeOffset serverTime);
}

/// <summary>Access by the device's temporary credentials.</summary>
internal sealed class RoleAliasAccess(CredentialCache cache, DeviceClock clock) : ITableAccess
{
    /// <summary>
    /// Requests that were in flight with the old set may be refused for so long after new ones came; they need no fetch of their own.
    /// </summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(10);

    private long _refreshedAt = long.MinValue;

    public ValueTask<TemporaryCredentials> PrepareAsync(CancellationToken cancellationToken) => cache.GetAsync(cancellationToken);

    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        var last = Interlocked.Read(ref _refreshedAt);
        if (last != long.MinValue && clock.GetElapsedTime(last) < Fresh) return;
        await cache.RefreshAsync(cancellationToken).ConfigureAwait(false);
        Interlocked.Exchange(ref _refreshedAt, clock.GetTimestamp());
    }

    public void ServerTimeIs(DateTimeOffset serverTime) => clock.Observe(serverTime, clock.Monotonic, clock.Monotonic);
}

/// <summary>Access by credentials that somebody else looks after.</summary>
internal sealed class FixedAccess(Func<TemporaryCredentials> credentials, DeviceClock clock) : AWSCredentials, ITableAccess
{
    public override ImmutableCredentials GetCredentials()
    {
        var current = credentials();
        return new ImmutableCredentials(current.AccessKeyId, current.SecretAccessKey.Reveal(), current.SessionToken.Reveal());
    }

    public ValueTask<TemporaryCredentials> PrepareAsync(CancellationToken cancellationToken) => ValueTask.FromResult(credentials());

    public Task RefreshAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void ServerTimeIs(DateTimeOffset serverTime) => clock.Observe(serverTime, clock.Monotonic, clock.Monotonic);
}
