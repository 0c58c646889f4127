using DeviceAgent.Diagnostics;
using DeviceAgent.Settings;
using DeviceAgent.Spool;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Readings;

internal static class SensingServiceCollectionExtensions
{
    /// <summary>From the source into the spool.</summary>
    public static IServiceCollection AddSensing(this IServiceCollection services, LiveOptions<SourceOptions> options, string serialNumber, ReadingRules rules)
    {
        services.AddSingleton(s => SourceFactory.Create(
            options, s.GetRequiredService<TimeProvider>(), s.GetRequiredService<Random>(), s.GetRequiredService<ILoggerFactory>()));
        services.AddSingleton<LiveTimestamps>();
        services.AddHostedService<RestampingService>();
        services.AddHostedService(s => new SensingService(
            s.GetRequiredService<ISource>(),
            options.Value.Kind,
            serialNumber,
            rules,
            s.GetRequiredService<LiveTimestamps>(),
            s.GetRequiredService<ISpool>(),
            s.GetRequiredService<DrainSignal>(),
            s.GetRequiredService<AgentMetrics>(),
            s.GetRequiredService<TimeProvider>(),
            s.GetRequiredService<ILogger<SensingService>>()));
        return services;
    }
}
