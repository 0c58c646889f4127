using System.Diagnostics.CodeAnalysis;
using DeviceAgent.Control.Cloud;
using DeviceAgent.Control.Jobs;
using DeviceAgent.Control.Shadow;
using DeviceAgent.Timing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace DeviceAgent.Control;

internal static class ControlServiceCollectionExtensions
{
    /// <summary>What operators do remotely: shadow and jobs over MQTT. Without <c>mqttEndpoint</c> only the state of it is there to be asked.</summary>
    public static IServiceCollection AddControl(
        this IServiceCollection services, ControlOptions options, string thingName, string? caPath, ControlState state, IRemoteSettings settings)
    {
        services.TryAddSingleton<LoopWatch>();
        services.AddSingleton(options);
        services.AddSingleton(state);
        services.AddSingleton(settings);
        services.AddSingleton<Health>();
        services.AddSingleton<IOperation, SetConfigOperation>();
        services.AddSingleton<IOperation, RefreshCredentialsOperation>();
        services.AddSingleton<OperationRunner>();
        services.AddSingleton(s => new ControlStatus(
            s.GetRequiredService<OperationRunner>(), state, s.GetService<IotConnection>(), s.GetService<ShadowService>(), s.GetService<ControlService>()));
        if (options.Host is null) return services;

        services.AddIotConnection(options, thingName, caPath);
        services.AddSingleton(s => ActivatorUtilities.CreateInstance<DeviceShadow>(s, thingName));
        services.AddSingleton(s => ActivatorUtilities.CreateInstance<JobQueue>(s, thingName));
        services.AddSingleton<Overtaken>();
        services.AddSingleton<JobRunner>();
        services.AddSingleton<ReportedState>();
        services.AddSingleton<DesiredReconciler>();
        if (options.Shadow) services.AddLoop<ShadowService>();
        services.AddLoop<ControlService>();
        services.AddLoop<SettingsProof>();
        return services;
    }

    private static void AddLoop<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] T>(this IServiceCollection services) where T : class, IHostedService
    {
        services.AddSingleton<T>();
        services.AddHostedService(s => s.GetRequiredService<T>());
    }
}
