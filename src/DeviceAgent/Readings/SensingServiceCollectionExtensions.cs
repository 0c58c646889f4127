using DeviceAgent.Diagnostics;
using DeviceAgent.Readings.Reduction;
using DeviceAgent.Readings.Sources;
using DeviceAgent.Settings;
using DeviceAgent.Spool;
using DeviceAgent.Timing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Readings;

internal static class SensingServiceCollectionExtensions
{
    private const string Loop = "sensing";
    private const string ReductionLoop = "reduction";

    /// <summary>From the source into the spool.</summary>
    /// <param name="services">Gets the sources and their loops, and the <see cref="Ingest"/> for all readings.</param>
    /// <param name="sources">At least one.</param>
    /// <param name="reduction">The section <c>reduction</c>.</param>
    /// <param name="serialNumber">Stands in readings that bring none of their own.</param>
    /// <param name="stateDirectory">Where the names of sensors are remembered.</param>
    /// <param name="limits">What the sink can take.</param>
    public static IServiceCollection AddSensing(
        this IServiceCollection services, IReadOnlyList<LiveOptions<SourceOptions>> sources, LiveOptions<ReductionOptions> reduction, string serialNumber, string stateDirectory,
        Func<IServiceProvider, IReadingLimits> limits)
    {
        services.AddSingleton(sources);
        services.AddSingleton<SensorStates>();
        services.AddSingleton(s => new SourcesLeft(sources.Count, s.GetRequiredService<DrainSignal>()));
        services.AddSingleton<LiveTimestamps>();
        services.AddSingleton(s => new Ingest(limits(s), s.GetRequiredService<LiveTimestamps>(), serialNumber));
        services.AddSingleton(s => new EdgeReduction(
            reduction, stateDirectory, s.GetRequiredService<Ingest>(), s.GetRequiredService<LiveTimestamps>(), s.GetRequiredService<ISpool>(), s.GetRequiredService<AgentMetrics>(),
            s.GetRequiredService<TimeProvider>(), s.GetRequiredService<ILogger<EdgeReduction>>()));
        services.AddHostedService<TimestampResolverService>();
        services.AddHostedService(s => new ReductionService(
            s.GetRequiredService<EdgeReduction>(), s.GetRequiredService<AgentMetrics>(), s.GetRequiredService<LoopWatch>().Pulse(ReductionLoop), s.GetRequiredService<TimeProvider>(),
            s.GetRequiredService<ILogger<ReductionService>>()));

        // Not AddHostedService, which takes each type once.
        foreach (var source in sources) services.AddSingleton<IHostedService>(s => Create(s, source, serialNumber, stateDirectory, limits(s)));
        return services;
    }

    private static SensingService Create(IServiceProvider services, LiveOptions<SourceOptions> source, string serialNumber, string stateDirectory, IReadingLimits limits)
    {
        var pulse = services.GetRequiredService<LoopWatch>().Pulse(source.Value.Name is { } name ? $"{Loop} {name}" : Loop);
        var sensors = new SensorServices(stateDirectory, limits.ReservedNames, services.GetRequiredService<SensorStates>(), services.GetRequiredService<AgentMetrics>());
        var time = services.GetRequiredService<TimeProvider>();
        return new SensingService(
            SourceFactory.Create(source, pulse, time, services.GetRequiredService<Random>(), services.GetRequiredService<ILoggerFactory>(), sensors),
            source.Value,
            serialNumber,
            services.GetRequiredService<Ingest>(),
            services.GetRequiredService<EdgeReduction>(),
            services.GetRequiredService<ISpool>(),
            services.GetRequiredService<SourcesLeft>(),
            services.GetRequiredService<AgentMetrics>(),
            pulse,
            time,
            services.GetRequiredService<ILogger<SensingService>>());
    }
}
