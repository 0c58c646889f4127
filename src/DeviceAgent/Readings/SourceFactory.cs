using DeviceAgent.Readings.Sources;
using DeviceAgent.Settings;
using DeviceAgent.Timing;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Readings;

/// <summary>From the configured kind to the source.</summary>
internal static class SourceFactory
{
    /// <summary>The longest conversion of a 1-wire thermometer takes 0.75 s; a read that takes longer than this hangs.</summary>
    private static readonly TimeSpan SensorTimeout = TimeSpan.FromSeconds(2);

    public static ISource Create(LiveOptions<SourceOptions> live, LoopPulse pulse, TimeProvider time, Random random, ILoggerFactory loggers)
    {
        var options = live.Value;
        return options.Kind switch
        {
            SourceKind.Simulated => new SimulatedSource(live, options.Seed is { } seed ? new Random(seed) : random, pulse, time),
            SourceKind.Replay => new ReplaySource(
                RecordingFile.Open(options),
                new ReplaySettings(options.Speed, () => live.Value.Interval, options.Timestamps == TimestampMode.Recorded, options.Repeat),
                pulse,
                time,
                loggers.CreateLogger<ReplaySource>()),
            SourceKind.Linux => new LinuxSource(Kinds(new Sysfs(options.SysfsRoot, SensorTimeout, time)), live, pulse, time, loggers.CreateLogger<LinuxSource>()),
            SourceKind.Stdin => new StdinSource(Console.OpenStandardInput, pulse, loggers.CreateLogger<StdinSource>()),
            _ => throw new ArgumentOutOfRangeException(nameof(live), options.Kind, "no such kind of source"),
        };
    }

    private static ISensorKind[] Kinds(Sysfs sysfs) =>
        [new ThermalZones(sysfs), new HardwareMonitors(sysfs), new IndustrialIo(sysfs), new OneWireThermometers(sysfs)];
}
