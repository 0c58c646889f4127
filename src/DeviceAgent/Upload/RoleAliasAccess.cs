using DeviceAgent.Clock;
using DeviceAgent.Credentials;

namespace DeviceAgent.Upload;

/// <summary>Access by the device's temporary credentials.</summary>
internal sealed class RoleAliasAccess(CredentialCache cache, DeviceClock clock) : ITableAccess
{
    /// <summary>
    /// Requests that were under way with the old set may be refused for so long after new ones came; they need no fetch of their own.
    /// </summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(10);

    private long _refreshedAt = long.MinValue;

    public async Task PrepareAsync(CancellationToken cancellationToken)
    {
        await cache.GetAsync(cancellationToken).ConfigureAwait(false);
        ClockCorrection.Apply(clock);
    }

    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        var last = Interlocked.Read(ref _refreshedAt);
        if (last != long.MinValue && clock.GetElapsedTime(last) < Fresh) return;
        await cache.RefreshAsync(cancellationToken).ConfigureAwait(false);
        Interlocked.Exchange(ref _refreshedAt, clock.GetTimestamp());
    }

    public void ServerTimeIs(DateTimeOffset serverTime) => clock.Observe(serverTime, clock.Monotonic, clock.Monotonic);
}
