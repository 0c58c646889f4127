using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;

namespace DeviceAgent.Diagnostics;

internal static class DiagnosticsServiceCollectionExtensions
{
    /// <summary>The agent's counters, heard from the first on.</summary>
    public static IServiceCollection AddAgentMetrics(this IServiceCollection services)
    {
        services.AddMetrics();
        services.AddSingleton(s => new MetricsCollector(s.GetRequiredService<IMeterFactory>()));
        services.AddSingleton(s =>
        {
            s.GetRequiredService<MetricsCollector>();
            return new AgentMetrics(s.GetRequiredService<IMeterFactory>());
        });
        return services;
    }
}
