using System.Security.Cryptography;
using DeviceAgent.Clock;
using DeviceAgent.Configuration;
using DeviceAgent.Credentials;
using DeviceAgent.Diagnostics;
using DeviceAgent.Identity;
using DeviceAgent.LocalCredentials;
using Microsoft.Extensions.DependencyInjection;

namespace DeviceAgent.Commands;

/// <summary>Fetches credentials once, in this process, in the way the agent does: it knows the clock, and asks again when that was wrong.</summary>
internal static class OwnFetch
{
    /// <returns>The JSON of a credential_process.</returns>
    /// <exception cref="CommandException">None could be fetched; the message says why and what to do.</exception>
    public static async Task<string> GetAsync(AgentOptions options, CancellationToken cancellationToken)
    {
        try
        {
            using var identity = DeviceIdentity.Load(options.Identity);
            var services = new ServiceCollection();
            services.AddLogging().AddAgentMetrics().AddTransient(_ => new Random(RandomNumberGenerator.GetInt32(int.MaxValue)));
            services.AddDeviceClock(options.StateDirectory, options.Clock).AddDeviceCredentials(identity, options.Credentials);
            var provider = services.BuildServiceProvider();
            await using var _ = provider.ConfigureAwait(false);
            var credentials = await provider.GetRequiredService<CredentialCache>().GetAsync(cancellationToken).ConfigureAwait(false);
            return CredentialsCommand.ProcessCredentials(
                credentials.AccessKeyId, credentials.SecretAccessKey.Reveal(), credentials.SessionToken.Reveal(), CredentialsAnswer.Text(credentials.Expiration));
        }
        catch (Exception e) when (e is DeviceIdentityException or CredentialsUnavailableException)
        {
            throw new CommandException(e.Message, e);
        }
    }
}
