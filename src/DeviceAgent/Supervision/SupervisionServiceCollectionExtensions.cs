using DeviceAgent.Control;
using DeviceAgent.Credentials;
using DeviceAgent.Local;
using DeviceAgent.Spool;
using DeviceAgent.Timing;
using DeviceAgent.Upload;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Supervision;

internal static class SupervisionServiceCollectionExtensions
{
    /// <summary>Tells the process that started the agent how it stands. To be registered first: it stops last.</summary>
    public static IServiceCollection AddSupervision(this IServiceCollection services, Supervisor supervisor)
    {
        services.TryAddSingleton<LoopWatch>();
        services.AddSingleton<IServiceNotifier>(supervisor.Notifier);
        if (!supervisor.Listens) return services;

        services.AddSingleton(s => new ServiceStatus(
            s.GetRequiredService<UploadState>(), s.GetRequiredService<ISpool>(), s.GetRequiredService<CredentialCache>(), s.GetRequiredService<ControlStatus>(), s.GetRequiredService<ListenerStates>()));
        services.AddHostedService(s =>
        {
            var logger = s.GetRequiredService<ILogger<SupervisionService>>();
            supervisor.Notifier.Logger = logger;
            var status = s.GetRequiredService<ServiceStatus>();
            return new SupervisionService(
                supervisor,
                s.GetRequiredService<LoopWatch>(),
                s.GetRequiredService<LocalEndpointService>().Tried,
                () => status.Text,
                s.GetRequiredService<IHostApplicationLifetime>(),
                s.GetRequiredService<TimeProvider>(),
                logger);
        });
        return services;
    }
}
