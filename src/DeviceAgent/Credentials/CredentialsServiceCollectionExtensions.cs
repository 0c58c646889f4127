using DeviceAgent.Clock;
using DeviceAgent.Timing;
using DeviceAgent.Traffic;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Credentials;

internal static class CredentialsServiceCollectionExtensions
{
    /// <summary>Temporary credentials for the device's certificate, kept and renewed.</summary>
    /// <param name="services">The agent's services.</param>
    /// <param name="identity">The device's certificate and key, as loaded at start.</param>
    /// <param name="files">Where they are, to see when they are replaced.</param>
    /// <param name="options">Where to ask.</param>
    /// <param name="roleAlias">The alias that is active at the start.</param>
    /// <param name="cache">The constants of the cache; null: its defaults.</param>
    public static IServiceCollection AddDeviceCredentials(
        this IServiceCollection services, DeviceIdentity identity, DeviceIdentityOptions files, RoleAliasOptions options, Func<IServiceProvider, string> roleAlias,
        CredentialCacheOptions? cache = null)
    {
        services.TryAddSingleton<LoopWatch>();
        services.AddSingleton(s => new DeviceIdentitySource(
            identity, files, s.GetRequiredService<TimeProvider>(), s.GetRequiredService<ILogger<DeviceIdentitySource>>()));
        services.AddSingleton(s => new CredentialsProviderClient(
            s.GetRequiredService<DeviceIdentitySource>(), options.CountedBy(s.GetService<TrafficMeter>()), s.GetRequiredService<TimeProvider>()));
        services.AddSingleton(s => new AliasSource(
            WatchedFetch.Of(s.GetRequiredService<CredentialsProviderClient>().FetchAsync, options.RequestTimeout, s.GetRequiredService<LoopWatch>()), s.GetRequiredService<DeviceClock>()));
        services.AddSingleton(s => FollowIdentity(s, new CredentialCache(
            s.GetRequiredService<AliasSource>().Of(roleAlias(s)),
            cache ?? new CredentialCacheOptions(),
            s.GetRequiredService<TimeProvider>(),
            s.GetRequiredService<Random>(),
            s.GetRequiredService<ILogger<CredentialCache>>())));
        services.AddSingleton(s => new RoleAliasCredentials(s.GetRequiredService<CredentialCache>()));
        return services;
    }

    /// <param name="options">Where to ask.</param>
    /// <param name="traffic">Counts the bytes; null when nobody does.</param>
    public static RoleAliasOptions CountedBy(this RoleAliasOptions options, TrafficMeter? traffic) => options with { ConnectCallback = traffic?.Connect(TrafficPurpose.Credentials) };

    /// <summary>A certificate that was refused may have been replaced by one that is not.</summary>
    private static CredentialCache FollowIdentity(IServiceProvider services, CredentialCache cache)
    {
        services.GetRequiredService<DeviceIdentitySource>().Changed += (_, _) => cache.TryAgain();
        return cache;
    }
}
