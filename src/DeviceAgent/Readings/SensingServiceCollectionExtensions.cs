using DeviceAgent.Diagnostics;
using DeviceAgent.Readings.Reduction;
using DeviceAgent.Readings.Sources;
using DeviceAgent.Settings;
using DeviceAgent.Spool;
using DeviceAgent.Timing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Readings;

internal static class SensingServiceCollectionExtensions
{
    private const string Loop = "sensing";
    private const string ReductionLoop = "reduction";

    /// <summary>From the source into the spool.</summary>
    /// <param name="services">Gets the source and its loop, and the <see cref="Ingest"/> for all readings.</param>
    /// <param name="options">The section <c>source</c>.</param>
    /// <param name="reduction">The section <c>reduction</c>.</param>
    /// <param name="serialNumber">Stands in readings that bring none of their own.</param>
    /// <param name="stateDirectory">Where the names of sensors are remembered.</param>
    /// <param name="limits">What the sink can take.</param>
    public static IServiceCollection AddSensing(
        this IServiceCollection services, LiveOptions<SourceOptions> options, LiveOptions<ReductionOptions> reduction, string serialNumber, string stateDirectory,
        Func<IServiceProvider, IReadingLimits> limits)
    {
        services.AddSingleton(options);
        services.AddSingleton<SensorStates>();
        services.AddSingleton(s => SourceFactory.Create(
            options, s.GetRequiredService<LoopWatch>().Pulse(Loop), s.GetRequiredService<TimeProvider>(), s.GetRequiredService<Random>(), s.GetRequiredService<ILoggerFactory>(),
            new SensorServices(stateDirectory, limits(s).ReservedNames, s.GetRequiredService<SensorStates>(), s.GetRequiredService<AgentMetrics>())));
        services.AddSingleton<LiveTimestamps>();
        services.AddSingleton(s => new Ingest(limits(s), s.GetRequiredService<LiveTimestamps>(), serialNumber));
        services.AddSingleton(s => new EdgeReduction(
            reduction, stateDirectory, s.GetRequiredService<Ingest>(), s.GetRequiredService<LiveTimestamps>(), s.GetRequiredService<ISpool>(), s.GetRequiredService<AgentMetrics>(),
            s.GetRequiredService<TimeProvider>(), s.GetRequiredService<ILogger<EdgeReduction>>(), options.Value.Marks));
        services.AddHostedService<TimestampResolverService>();
        services.AddHostedService(s => new ReductionService(
            s.GetRequiredService<EdgeReduction>(), s.GetRequiredService<AgentMetrics>(), s.GetRequiredService<LoopWatch>().Pulse(ReductionLoop), s.GetRequiredService<TimeProvider>(),
            s.GetRequiredService<ILogger<ReductionService>>()));
        services.AddHostedService(s => new SensingService(
            s.GetRequiredService<ISource>(),
            options.Value,
            serialNumber,
            s.GetRequiredService<Ingest>(),
            s.GetRequiredService<EdgeReduction>(),
            s.GetRequiredService<ISpool>(),
            s.GetRequiredService<DrainSignal>(),
            s.GetRequiredService<AgentMetrics>(),
            s.GetRequiredService<LoopWatch>().Pulse(Loop),
            s.GetRequiredService<TimeProvider>(),
            s.GetRequiredService<ILogger<SensingService>>()));
        return services;
    }
}
