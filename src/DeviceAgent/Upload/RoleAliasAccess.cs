using DeviceAgent.Credentials;

namespace DeviceAgent.Upload;

/// <summary>Access by the device's temporary credentials.</summary>
internal sealed class RoleAliasAccess(CredentialCache cache, TimeProvider time) : ITableAccess
{
    /// <summary>
    /// Requests that were under way with the old set may be refused for so long after new ones came; they need no fetch of their own.
    /// </summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(10);

    private readonly SigningClock _clock = new(time);
    private long _refreshedAt = long.MinValue;

    public async Task PrepareAsync(CancellationToken cancellationToken) => _clock.ApplyFor(await cache.GetAsync(cancellationToken).ConfigureAwait(false));

    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        var last = Interlocked.Read(ref _refreshedAt);
        if (last != long.MinValue && time.GetElapsedTime(last) < Fresh) return;
        await cache.RefreshAsync(cancellationToken).ConfigureAwait(false);
        Interlocked.Exchange(ref _refreshedAt, time.GetTimestamp());
    }

    public void ServerTimeIs(DateTimeOffset serverTime) => _clock.Measured(serverTime);
}
