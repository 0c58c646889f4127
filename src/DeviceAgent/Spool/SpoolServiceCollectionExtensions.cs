using DeviceAgent.Clock;
using DeviceAgent.Diagnostics;
using DeviceAgent.Settings;
using DeviceAgent.Storage;
using DeviceAgent.Timing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Spool;

internal static class SpoolServiceCollectionExtensions
{
    private const string FileName = "spool.db";

    public static string PathIn(string stateDirectory) => Path.Combine(stateDirectory, FileName);

    /// <summary>The spool in the state directory; it is opened when it is first asked for, and then <see cref="SpoolException"/> may be thrown.</summary>
    /// <param name="services">The container.</param>
    /// <param name="stateDirectory">Where it is.</param>
    /// <param name="options">Its settings.</param>
    /// <param name="held">The same folder, held against other agents; null where nobody holds it.</param>
    /// <param name="mayBeReplaced">As <see cref="SpoolStorage.MayBeReplaced"/>.</param>
    public static IServiceCollection AddSpool(this IServiceCollection services, string stateDirectory, LiveOptions<SpoolOptions> options, StateDirectory? held = null, bool mayBeReplaced = true)
    {
        services.TryAddSingleton<LoopWatch>();
        services.AddSingleton<DrainSignal>();
        services.AddSingleton<ISpool>(s => new SqliteSpool(
            new SpoolStorage(PathIn(stateDirectory)) { Directory = held, MayBeReplaced = mayBeReplaced },
            options,
            BootClock.Current(s.GetRequiredService<TimeProvider>()),
            s.GetRequiredService<AgentMetrics>(),
            s.GetRequiredService<LoopWatch>(),
            s.GetRequiredService<ILogger<SqliteSpool>>()));
        return services;
    }
}
