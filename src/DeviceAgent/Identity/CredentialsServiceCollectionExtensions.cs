using DeviceAgent.Clock;
using DeviceAgent.Credentials;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Identity;

internal static class CredentialsServiceCollectionExtensions
{
    /// <summary>Temporary credentials for the device's certificate, kept and renewed.</summary>
    /// <param name="services">Where to.</param>
    /// <param name="identity">The device's certificate and key.</param>
    /// <param name="options">Which credentials, and where.</param>
    /// <param name="startSpread">The first request waits a random part of it.</param>
    public static IServiceCollection AddDeviceCredentials(
        this IServiceCollection services, DeviceIdentity identity, RoleAliasOptions options, TimeSpan startSpread)
    {
        services.AddSingleton(_ => identity);
        services.AddSingleton(s => new CredentialsProviderClient(identity, options, s.GetRequiredService<TimeProvider>()));
        services.AddSingleton(s => new CredentialCache(
            new TimedFetch(s.GetRequiredService<CredentialsProviderClient>().FetchAsync, s.GetRequiredService<DeviceClock>()).FetchAsync,
            new CredentialCacheOptions { StartSpread = startSpread },
            s.GetRequiredService<TimeProvider>(),
            s.GetRequiredService<Random>(),
            s.GetRequiredService<ILogger<CredentialCache>>()));
        services.AddSingleton(s => new RoleAliasCredentials(s.GetRequiredService<CredentialCache>()));
        return services;
    }
}
