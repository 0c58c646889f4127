using DeviceAgent.Clock;
using DeviceAgent.Diagnostics;
using DeviceAgent.Settings;
using DeviceAgent.Timing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Traffic;

internal static class TrafficServiceCollectionExtensions
{
    /// <summary>The connections to AWS, counted, and the budget for them. Before what uses them: it is stopped after it, and saves the last bytes.</summary>
    public static IServiceCollection AddTraffic(this IServiceCollection services, string stateDirectory, LiveOptions<DataBudgetOptions> budget)
    {
        services.TryAddSingleton<LoopWatch>();
        services.AddSingleton(s => new TrafficMeter(
            stateDirectory, s.GetRequiredService<AgentMetrics>(), s.GetRequiredService<DeviceClock>(), s.GetRequiredService<ILogger<TrafficMeter>>()));
        services.AddSingleton(s => new DataBudget(budget, s.GetRequiredService<TrafficMeter>(), s.GetRequiredService<DeviceClock>(), s.GetRequiredService<ILogger<DataBudget>>()));
        services.AddHostedService<TrafficService>();
        return services;
    }
}
