using DeviceAgent.Clock;
using DeviceAgent.Credentials;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Identity;

internal static class CredentialsServiceCollectionExtensions
{
    /// <summary>Temporary credentials for the device's certificate, kept and renewed.</summary>
    public static IServiceCollection AddDeviceCredentials(this IServiceCollection services, DeviceIdentity identity, RoleAliasOptions options)
    {
        services.AddSingleton(_ => identity);
        services.AddSingleton(s => new CredentialsProviderClient(identity, options, s.GetRequiredService<TimeProvider>()));
        services.AddSingleton(s => new CredentialCache(
            new TimedFetch(s.GetRequiredService<CredentialsProviderClient>().FetchAsync, s.GetRequiredService<DeviceClock>()).FetchAsync,
            new CredentialCacheOptions(),
            s.GetRequiredService<TimeProvider>(),
            s.GetRequiredService<Random>(),
            s.GetRequiredService<ILogger<CredentialCache>>()));
        services.AddSingleton(s => new RoleAliasCredentials(s.GetRequiredService<CredentialCache>()));
        return services;
    }
}
