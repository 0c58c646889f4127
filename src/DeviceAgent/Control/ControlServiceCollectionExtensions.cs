using System.Diagnostics.CodeAnalysis;
using DeviceAgent.Control.Cloud;
using DeviceAgent.Control.Jobs;
using DeviceAgent.Control.Shadow;
using DeviceAgent.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Control;

internal static class ControlServiceCollectionExtensions
{
    /// <summary>What operators do from afar: shadow and jobs over MQTT. Without <c>mqttEndpoint</c> only the state of it is there to be asked.</summary>
    public static IServiceCollection AddControl(this IServiceCollection services, AgentOptions options, StoredSettings stored)
    {
        services.AddSingleton(options.Control);
        services.AddSingleton(stored);
        services.AddSingleton(stored.Memory);
        services.AddSingleton(stored.Settings);
        services.AddSingleton<IOperation, SetConfigOperation>();
        services.AddSingleton<IOperation, RefreshCredentialsOperation>();
        services.AddSingleton<Changes>();
        services.AddSingleton(s => new ControlStatus(
            s.GetRequiredService<Changes>(), stored.Memory, s.GetService<CloudLink>(), s.GetService<ShadowService>(), s.GetService<ControlService>()));
        if (options.Control.Host is null) return services;

        services.TryAddSingleton<ClientFactory>(s => () => MqttClientFactory.Create(
            options.Control, options.ThingName, options.Credentials.CaBundlePath, s.GetRequiredService<LinkIdentity>().Take(), s.GetRequiredService<TimeProvider>(), s.GetRequiredService<Random>(), s.GetRequiredService<ILoggerFactory>()));
        services.AddSingleton<LinkIdentity>();
        services.AddSingleton<CloudLink>();
        services.AddSingleton(s => ActivatorUtilities.CreateInstance<DeviceShadow>(s, options.ThingName));
        services.AddSingleton(s => ActivatorUtilities.CreateInstance<JobQueue>(s, options.ThingName));
        services.AddSingleton<JobRunner>();
        services.AddSingleton<Health>();
        services.AddSingleton<ReportedState>();
        services.AddSingleton<DesiredReconciler>();
        if (options.Control.Shadow) services.AddLoop<ShadowService>();
        services.AddLoop<ControlService>();
        return services;
    }

    private static void AddLoop<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] T>(this IServiceCollection services) where T : class, IHostedService
    {
        services.AddSingleton<T>();
        services.AddHostedService(s => s.GetRequiredService<T>());
    }
}
