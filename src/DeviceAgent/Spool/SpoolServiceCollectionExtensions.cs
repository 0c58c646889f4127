using DeviceAgent.Clock;
using DeviceAgent.Diagnostics;
using DeviceAgent.Settings;
using DeviceAgent.Timing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Spool;

internal static class SpoolServiceCollectionExtensions
{
    public const string FileName = "spool.db";

    /// <summary>The spool in the state directory; it is opened when it is first asked for, and then <see cref="SpoolException"/> may be thrown.</summary>
    public static IServiceCollection AddSpool(this IServiceCollection services, string stateDirectory, LiveOptions<SpoolOptions> options)
    {
        services.TryAddSingleton<LoopWatch>();
        services.AddSingleton<DrainSignal>();
        services.AddSingleton<ISpool>(s => new SqliteSpool(
            Path.Combine(stateDirectory, FileName),
            options,
            BootClock.Current(s.GetRequiredService<TimeProvider>()),
            s.GetRequiredService<AgentMetrics>(),
            s.GetRequiredService<LoopWatch>(),
            s.GetRequiredService<ILogger<SqliteSpool>>()));
        return services;
    }
}
