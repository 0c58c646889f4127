using DeviceAgent.Diagnostics;
using DeviceAgent.Readings.Sources;
using DeviceAgent.Settings;
using DeviceAgent.Timing;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Readings;

/// <summary>From the configured kind to the source.</summary>
internal static class SourceFactory
{
    public static ISource Create(LiveOptions<SourceOptions> live, LoopPulse pulse, TimeProvider time, Random random, ILoggerFactory loggers, SensorServices sensors)
    {
        var options = live.Value;
        var timestamps = new TimestampReader(options.TimestampUnit, options.TimestampStart, time);
        return options.Kind switch
        {
            SourceKind.Simulated => new SimulatedSource(live, options.Seed is { } seed ? new Random(seed) : random, pulse, time),
            SourceKind.Replay => new ReplaySource(
                RecordingFile.Open(options, timestamps, notice => loggers.CreateLogger<ReplaySource>().FormDecided(options.Named(notice))),
                new ReplaySettings(options.Speed, () => live.Value.Interval, options.Timestamps == TimestampMode.Recorded, options.Repeat),
                pulse,
                time,
                loggers.CreateLogger<ReplaySource>()),
            SourceKind.Linux => Sensors(live, pulse, time, loggers.CreateLogger<LinuxSource>(), sensors),
            SourceKind.Stdin => new StdinSource(StandardInput.Open, timestamps, pulse, options.Encoding),
            SourceKind.None => new NoSource(pulse, time),
            _ => throw new ArgumentOutOfRangeException(nameof(live), options.Kind, "no such kind of source"),
        };
    }

    private static LinuxSource Sensors(LiveOptions<SourceOptions> live, LoopPulse pulse, TimeProvider time, ILogger<LinuxSource> logger, SensorServices sensors) => new(
        SensorKinds.In(live.Value.SysfsRoot, time),
        new SensorRegister(sensors.StateDirectory, sensors.ReservedNames, live.Value, logger),
        sensors.States, live, sensors.Metrics, pulse, time, logger);
}

/// <summary>What only the source of sensors needs.</summary>
/// <param name="StateDirectory">Where their names are remembered.</param>
/// <param name="ReservedNames">Names that no attribute may have.</param>
/// <param name="States">Is told how they are.</param>
/// <param name="Metrics">Counts what is left out.</param>
internal sealed record SensorServices(string StateDirectory, IReadOnlySet<string> ReservedNames, SensorStates States, AgentMetrics Metrics);
