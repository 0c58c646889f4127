using System.Runtime.CompilerServices;

namespace DeviceAgent.Readings.Sources.Linux;

/// <summary><c>class/thermal/thermal_zoneN</c>: <c>temp</c> in milli-°C, named by <c>type</c>.</summary>
internal sealed class ThermalZones(Sysfs sysfs) : ISensorKind
{
    public async IAsyncEnumerable<Sensor> FindAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var zone in sysfs.Directories("class/thermal", "thermal_zone"))
        {
            var (type, _) = await sysfs.ReadAsync(Path.Combine(zone, "type"), cancellationToken).ConfigureAwait(false);
            if (type is null) continue;
            yield return new Sensor(SensorNames.Clean(type), zone, token => MeasureAsync(zone, token));
        }
    }

    private async Task<SensorResult> MeasureAsync(string zone, CancellationToken cancellationToken)
    {
        var (milli, problem) = await sysfs.ReadNumberAsync(Path.Combine(zone, "temp"), cancellationToken).ConfigureAwait(false);
        return milli is { } value ? TemperatureRange.CheckChip(value / 1000) : SensorResult.Failed(problem!);
    }
}
