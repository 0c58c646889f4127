using Microsoft.Extensions.Logging;

namespace DeviceAgent.Credentials;

/// <summary>
/// Holds temporary credentials and renews them in the background at half of their life, one fetch at a time. Callers never
/// wait while a valid set is held, and a failed renewal never drops one. Life is counted on the monotonic clock. Thread-safe.
/// </summary>
public sealed class CredentialCache : IAsyncDisposable
{
    /// <summary>A cache over <paramref name="client"/>; nothing is fetched before the first call.</summary>
    public CredentialCache(
        CredentialsProviderClient client, CredentialCacheOptions options, TimeProvider timeProvider, Random random, ILogger logger)
        : this((client ?? throw new ArgumentNullException(nameof(client))).FetchAsync, options, timeProvider, random, logger)
    {
    }

    /// <summary>A cache over any source; nothing is fetched before the first call.</summary>
    public CredentialCache(
        Func<CancellationToken, Task<FetchResult>> fetch, CredentialCacheOptions options, TimeProvider timeProvider, Random random, ILogger logger)
    {
    }

    /// <summary>What is held and what comes next.</summary>
    public CredentialCacheStatus Status => throw new NotImplementedException();

    /// <summary>
    /// Valid credentials: at once when held, else those of the fetch that is running or started by this call. After a
    /// failure callers fail at once with it until the next attempt is due.
    /// </summary>
    /// <exception cref="CredentialsUnavailableException">None is valid and none could be fetched.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled; the fetch goes on for the others.</exception>
    public ValueTask<TemporaryCredentials> GetAsync(CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>
    /// Fetches now, or joins the fetch that is running. The set held stays in force when it fails. Limited by
    /// <see cref="CredentialCacheOptions.ForcedRefreshBurst"/>: beyond it the set held is returned as it is.
    /// </summary>
    /// <exception cref="CredentialsUnavailableException">The fetch failed.</exception>
    public Task<TemporaryCredentials> RefreshAsync(CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>
    /// Stops serving the set held, because a service refused it, and fetches anew in the background. Limited like
    /// <see cref="RefreshAsync"/>: beyond the limit nothing is dropped.
    /// </summary>
    public void Invalidate() => throw new NotImplementedException();

    /// <summary>
    /// Goes over to another source at once, starting with credentials that it has issued already: how a tried and proven
    /// role alias replaces the old one without a gap.
    /// </summary>
    public void SwitchTo(Func<CancellationToken, Task<FetchResult>> fetch, TemporaryCredentials credentials) => throw new NotImplementedException();

    /// <summary>Ends the background renewal and waits for a fetch that is running to be cancelled.</summary>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
