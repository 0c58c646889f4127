using System.Diagnostics.Metrics;
using DeviceAgent.Control;
using DeviceAgent.Readings;
using DeviceAgent.Upload;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.RoleAlias;

internal static class RotationServiceCollectionExtensions
{
    /// <summary>The active role alias, and its change.</summary>
    /// <param name="services">Gets the rotation, and the <see cref="InterceptedSink"/> that the upload must write to.</param>
    /// <param name="options">The section <c>rotation</c>.</param>
    /// <param name="stateDirectory">Keeps the alias over a restart.</param>
    /// <param name="configuredAlias">The alias in the configuration.</param>
    /// <param name="serialNumber">Whose heartbeat it is.</param>
    /// <param name="sink">The sink by the active credentials.</param>
    public static IServiceCollection AddRoleAliasRotation(
        this IServiceCollection services, RotationOptions options, string stateDirectory, string configuredAlias, string serialNumber, Func<IServiceProvider, IReadingSink> sink)
    {
        services.AddSingleton(options);
        services.AddSingleton(s => new RoleAliasFile(stateDirectory, s.GetRequiredService<ILogger<RoleAliasFile>>()));
        services.AddSingleton(s => new RoleAliasState(configuredAlias, s.GetRequiredService<RoleAliasFile>(), s.GetRequiredService<ILogger<RoleAliasState>>()));
        services.AddSingleton(s => new InterceptedSink(sink(s)));
        services.AddSingleton(s => new Heartbeat(serialNumber, s.GetRequiredService<LiveTimestamps>()));
        services.AddSingleton<RoleAliasRotation>();
        services.AddSingleton<IOperation, RotateRoleAliasOperation>();
        services.AddHostedService(s => s.GetRequiredService<RoleAliasRotation>());
        return services;
    }
}

/// <summary>The role alias as instruments.</summary>
internal static class RotationGauges
{
    public static void Register(Meter meter, RoleAliasState state)
    {
        meter.CreateObservableGauge("role_alias.phase", () => (long)state.Status.Phase, description: "Change of the role alias: 0 none, 1 fetching, 2 proving, 3 on probation, 4 rolling back.");
        meter.CreateObservableGauge("role_alias.rotated", () => state.Status.Active == state.Status.Configured ? 0L : 1L, description: "1 while the active role alias is not the configured one.");
    }
}
