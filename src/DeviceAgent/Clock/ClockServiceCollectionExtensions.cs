using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Clock;

internal static class ClockServiceCollectionExtensions
{
    /// <summary>The agent's clock. It is also the <see cref="TimeProvider"/> of everything else in the agent.</summary>
    public static IServiceCollection AddDeviceClock(this IServiceCollection services, string stateDirectory, ClockOptions options)
    {
        services.AddSingleton(BootClock.Current(TimeProvider.System));
        services.AddSingleton(s => new LastKnownTimeFile(stateDirectory, s.GetRequiredService<ILogger<LastKnownTimeFile>>()));
        services.AddSingleton(s => Make(s, options));
        services.AddSingleton<TimeProvider>(s => s.GetRequiredService<DeviceClock>());
        services.AddHostedService<ClockService>();
        return services;
    }

    private static DeviceClock Make(IServiceProvider services, ClockOptions options)
    {
        var clock = new DeviceClock(
            TimeProvider.System, KernelTime.IsSynchronised, BuildTime.Value, options.TrustSystemTime, services.GetRequiredService<ILogger<DeviceClock>>());
        if (services.GetRequiredService<LastKnownTimeFile>().Read() is { } time) clock.Recall(time, services.GetRequiredService<BootClock>().BootId);
        return clock;
    }
}
