using System.Security.Cryptography;
using DeviceAgent.Clock;
using DeviceAgent.Credentials;
using DeviceAgent.Diagnostics;
using DeviceAgent.Hosting;
using DeviceAgent.Local;
using DeviceAgent.RoleAlias;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

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
            services.AddDeviceClock(options.StateDirectory, options.Clock).AddDeviceCredentials(identity, options.Identity, options.Credentials, s => AliasInForce(options, s));
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

    /// <summary>The one that was proven last, as the agent would start with it; only looked at, not changed.</summary>
    private static string AliasInForce(AgentOptions options, IServiceProvider services)
    {
        var configured = options.Credentials.RoleAlias;
        var record = new RoleAliasFile(options.StateDirectory, services.GetRequiredService<ILogger<RoleAliasFile>>()).Load();
        return record?.Configured == configured ? record.Active : configured;
    }
}
