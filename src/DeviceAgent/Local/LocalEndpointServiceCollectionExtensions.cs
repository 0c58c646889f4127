using DeviceAgent.Diagnostics;
using DeviceAgent.Readings;
using DeviceAgent.Spool;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Local;

internal static class LocalEndpointServiceCollectionExtensions
{
    /// <summary>The door to other programs on the device: they hand in readings, and ask how it stands.</summary>
    public static IServiceCollection AddLocalEndpoint(
        this IServiceCollection services, EndpointOptions options, string stateDirectory, string thing)
    {
        services.AddSingleton(s => new AgentFacts(thing, s.GetRequiredService<TimeProvider>().GetTimestamp()));
        services.AddSingleton<IngestBudget>();
        services.AddSingleton(s => new Ingestion(
            s.GetRequiredService<ISpool>(),
            s.GetRequiredService<Ingest>(),
            s.GetRequiredService<IngestBudget>(),
            Ingestion.RateOf(options.MaxReadingsPerSecond, s.GetRequiredService<TimeProvider>()),
            s.GetRequiredService<AgentMetrics>()));
        services.TryAddSingleton<DoorLimits>();
        services.AddSingleton<RequestBody>();
        services.AddSingleton<ReadingsApi>();
        services.AddSingleton<StatusApi>();
        services.AddSingleton<MetricsApi>();
        services.AddSingleton<SpoolApi>();
        services.AddSingleton<LocalApi>();
        services.AddHostedService(s => new LocalEndpointService(
            options,
            s.GetRequiredService<DoorLimits>(),
            stateDirectory,
            s.GetRequiredService<LocalApi>(),
            s.GetServices<OtherDoor>(),
            s.GetRequiredService<ISpool>(),
            s.GetRequiredService<TimeProvider>(),
            s.GetRequiredService<ILoggerFactory>()));
        return services;
    }
}
