using DeviceAgent.Clock;
using DeviceAgent.Diagnostics;
using DeviceAgent.Timing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Traffic;

internal static class TrafficServiceCollectionExtensions
{
    /// <summary>The connections to AWS, counted. Before what uses them: it is stopped after it, and saves the last bytes.</summary>
    public static IServiceCollection AddTraffic(this IServiceCollection services, string stateDirectory)
    {
        services.TryAddSingleton<LoopWatch>();
        services.AddSingleton(s => new TrafficMeter(
            stateDirectory, s.GetRequiredService<AgentMetrics>(), s.GetRequiredService<DeviceClock>(), s.GetRequiredService<ILogger<TrafficMeter>>()));
        services.AddHostedService<TrafficService>();
        return services;
    }
}
