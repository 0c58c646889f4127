using DeviceAgent.Credentials;
using DeviceAgent.Diagnostics;
using DeviceAgent.Readings;
using DeviceAgent.Spool;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.History;

internal static class HistoryServiceCollectionExtensions
{
    /// <summary>The last day for the charts of the page.</summary>
    public static IServiceCollection AddHistory(this IServiceCollection services, string stateDirectory, string serialNumber)
    {
        services.AddSingleton(s => new DayHistory(stateDirectory, s.GetRequiredService<ILogger<DayHistory>>()));
        services.AddSingleton(s => new HistorySampler(
            serialNumber, s.GetRequiredService<DayHistory>(), s.GetRequiredService<ISpool>(), s.GetRequiredService<CredentialCache>(), s.GetRequiredService<MetricsCollector>(), s.GetRequiredService<Ingest>()));
        services.AddHostedService<HistoryService>();
        return services;
    }
}
