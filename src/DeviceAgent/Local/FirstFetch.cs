using DeviceAgent.Credentials;
using Microsoft.Extensions.Hosting;

namespace DeviceAgent.Local;

/// <summary>Has credentials fetched when the agent starts, so that the first program that asks need not wait; the cache renews them from then on.</summary>
internal sealed class FirstFetch(CredentialCache cache) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await cache.GetAsync(stoppingToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is CredentialsUnavailableException || (e is OperationCanceledException && stoppingToken.IsCancellationRequested))
        {
            // The cache has logged why, and tries again; or the agent stops.
        }
    }
}
