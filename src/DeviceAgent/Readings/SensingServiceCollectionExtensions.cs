using DeviceAgent.Diagnostics;
using DeviceAgent.Settings;
using DeviceAgent.Spool;
using DeviceAgent.Timing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Readings;

internal static class SensingServiceCollectionExtensions
{
    private const string Loop = "sensing";

    /// <summary>From the source into the spool.</summary>
    /// <param name="services">Gets the source and its loop, and the <see cref="Ingest"/> for all readings.</param>
    /// <param name="options">The section <c>source</c>.</param>
    /// <param name="serialNumber">Stands in readings that bring none of their own.</param>
    /// <param name="limits">What the sink can take.</param>
    public static IServiceCollection AddSensing(
        this IServiceCollection services, LiveOptions<SourceOptions> options, string serialNumber, Func<IServiceProvider, IReadingLimits> limits)
    {
        services.AddSingleton(s => SourceFactory.Create(
            options, s.GetRequiredService<LoopWatch>().Pulse(Loop), s.GetRequiredService<TimeProvider>(), s.GetRequiredService<Random>(), s.GetRequiredService<ILoggerFactory>()));
        services.AddSingleton<LiveTimestamps>();
        services.AddSingleton(s => new Ingest(limits(s), s.GetRequiredService<LiveTimestamps>(), serialNumber));
        services.AddHostedService<TimestampResolverService>();
        services.AddHostedService(s => new SensingService(
            s.GetRequiredService<ISource>(),
            options.Value.Kind,
            serialNumber,
            s.GetRequiredService<Ingest>(),
            s.GetRequiredService<ISpool>(),
            s.GetRequiredService<DrainSignal>(),
            s.GetRequiredService<AgentMetrics>(),
            s.GetRequiredService<LoopWatch>().Pulse(Loop),
            s.GetRequiredService<TimeProvider>(),
            s.GetRequiredService<ILogger<SensingService>>()));
        return services;
    }
}
