using DeviceAgent.Diagnostics;
using DeviceAgent.Readings;
using DeviceAgent.Spool;
using DeviceAgent.Timing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Local;

internal static class LocalServiceCollectionExtensions
{
    /// <summary>The endpoint for other programs on the device: they hand in readings and read the status.</summary>
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
            s.GetRequiredService<AgentMetrics>(),
            new TimestampReader(TimestampUnit.Auto, null, s.GetRequiredService<TimeProvider>(), isOfSource: false)));
        services.TryAddSingleton<ListenerLimits>();
        services.AddSingleton<RequestBody>();
        services.AddSingleton<KnownRequests>();
        services.AddSingleton<ReadingsApi>();
        services.AddSingleton<StatusApi>();
        services.AddSingleton<MetricsApi>();
        services.AddSingleton<HealthApi>();
        services.AddSingleton<SpoolApi>();
        services.AddSingleton(options);
        if (options.HasPage) services.AddSingleton<PageApi>();
        services.AddSingleton<LocalApi>();
        services.TryAddSingleton<LoopWatch>();
        services.TryAddSingleton(_ => DescriptorBudget.Measure());
        services.TryAddSingleton(PassedSockets.None);
        services.TryAddSingleton<ListenerStates>();
        services.AddSingleton<LoopbackPeer>();
        services.AddSingleton<ListenerServices>();
        services.AddSingleton(s => new LocalEndpointService(
            options,
            s.GetRequiredService<ListenerLimits>(),
            stateDirectory,
            s.GetRequiredService<LocalApi>(),
            s.GetServices<ExtraListener>(),
            s.GetRequiredService<ISpool>(),
            s.GetRequiredService<LoopWatch>(),
            s.GetRequiredService<DescriptorBudget>(),
            s.GetRequiredService<PassedSockets>(),
            s.GetRequiredService<ListenerStates>(),
            s.GetRequiredService<ListenerServices>()));
        services.AddHostedService(s => s.GetRequiredService<LocalEndpointService>());
        return services;
    }

    /// <summary>Credentials for other programs on the device, all from the agent's one cache.</summary>
    public static IServiceCollection AddLocalCredentials(this IServiceCollection services, LocalCredentialsOptions options, string stateDirectory, string region)
    {
        services.AddSingleton(s => new AuditLog(new AuditFile(stateDirectory), s.GetRequiredService<LoopWatch>(), s.GetRequiredService<TimeProvider>(), s.GetRequiredService<ILogger<AuditLog>>()));
        services.AddHostedService(s => s.GetRequiredService<AuditLog>());
        services.AddSingleton<ClientBudgets>();
        services.AddSingleton<CredentialsApi>();
        services.AddSingleton(s => new SocketUsers(options, s.GetRequiredService<AuditLog>()));
        services.AddSingleton(s => new SocketRoutes(s.GetRequiredService<CredentialsApi>(), s.GetRequiredService<AuditLog>()));
        services.AddSingleton(s => s.GetRequiredService<SocketRoutes>().Get);
        services.AddSingleton(s => s.GetRequiredService<SocketRoutes>().Refresh);
        if (options.Port is null) return services;

        services.AddHostedService<CredentialWarmUp>();
        services.AddSingleton(s => new ClientTokens(options.ClientsDirectory, s.GetRequiredService<ILogger<ClientTokens>>()));
        services.AddSingleton<ImdsTokens>();
        services.AddSingleton<CredentialsAdmission>();
        services.AddSingleton(s => new ImdsApi(
            s.GetRequiredService<ImdsTokens>(), s.GetRequiredService<ClientBudgets>(), s.GetRequiredService<CredentialsApi>(), s.GetRequiredService<AuditLog>(), region));
        services.AddSingleton(options).AddSingleton<CredentialsEndpoint>();
        services.AddSingleton(s => s.GetRequiredService<CredentialsEndpoint>().Listener);
        return services;
    }
}
