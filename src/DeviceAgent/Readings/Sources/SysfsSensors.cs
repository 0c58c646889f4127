using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace DeviceAgent.Readings.Sources;

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

/// <summary>
/// <c>class/hwmon/hwmonN</c>: <c>temp*_input</c> in milli-°C, <c>humidity*_input</c> in milli-percent, named by chip and label.
/// </summary>
internal sealed partial class HardwareMonitors(Sysfs sysfs) : ISensorKind
{
    /// <summary>The kernel shows each 1-wire thermometer here as well; reading it twice would convert twice.</summary>
    private const string OneWireChip = "w1_slave";

    public async IAsyncEnumerable<Sensor> FindAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var monitor in sysfs.Directories("class/hwmon", "hwmon"))
        {
            var (chip, _) = await sysfs.ReadAsync(Path.Combine(monitor, "name"), cancellationToken).ConfigureAwait(false);
            if (chip is null || chip.StartsWith(OneWireChip, StringComparison.Ordinal)) continue;
            var files = Sysfs.Files(monitor);
            foreach (var channel in files.Select(f => InputFile().Match(f)).Where(m => m.Success).Select(m => m.Groups["channel"].Value))
            {
                var label = files.Contains($"{channel}_label")
                    ? (await sysfs.ReadAsync(Path.Combine(monitor, $"{channel}_label"), cancellationToken).ConfigureAwait(false)).Text
                    : null;
                yield return new Sensor(
                    SensorNames.Clean($"{chip} {label ?? channel}"), Sysfs.DeviceOf(monitor), token => MeasureAsync(monitor, channel, files, token));
            }
        }
    }

    private async Task<SensorResult> MeasureAsync(string monitor, string channel, IReadOnlyList<string> files, CancellationToken cancellationToken)
    {
        if (files.Contains($"{channel}_fault"))
        {
            var (fault, _) = await sysfs.ReadNumberAsync(Path.Combine(monitor, $"{channel}_fault"), cancellationToken).ConfigureAwait(false);
            if (fault == 1) return SensorResult.Failed($"{monitor}/{channel}_fault: the chip reports a broken sensor");
        }

        var (milli, problem) = await sysfs.ReadNumberAsync(Path.Combine(monitor, $"{channel}_input"), cancellationToken).ConfigureAwait(false);
        if (milli is not { } value) return SensorResult.Failed(problem!);
        return channel.StartsWith("temp", StringComparison.Ordinal) ? TemperatureRange.CheckChip(value / 1000) : SensorResult.Of(value / 1000);
    }

    [GeneratedRegex(@"^(?<channel>(temp|humidity)[0-9]+)_input$", RegexOptions.ExplicitCapture)]
    private static partial Regex InputFile();
}

/// <summary>
/// <c>bus/iio/devices/iio:deviceN</c>: temperature in milli-°C, relative humidity in milli-percent, pressure in kPa; finished
/// (<c>_input</c>) or as (raw + offset) x scale.
/// </summary>
internal sealed partial class IndustrialIo(Sysfs sysfs) : ISensorKind
{
    public async IAsyncEnumerable<Sensor> FindAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var device in sysfs.Directories("bus/iio/devices", "iio:device"))
        {
            var (chip, _) = await sysfs.ReadAsync(Path.Combine(device, "name"), cancellationToken).ConfigureAwait(false);
            if (chip is null) continue;
            var files = Sysfs.Files(device);
            var channels = files.Select(f => ValueFile().Match(f)).Where(m => m.Success).DistinctBy(m => m.Groups["channel"].Value);
            foreach (var match in channels)
            {
                var (channel, kind) = (match.Groups["channel"].Value, match.Groups["kind"].Value);
                var quantity = kind switch { "temp" => "temperature", "humidityrelative" => "humidity", _ => "pressure" };
                var name = SensorNames.Clean($"{chip} {quantity}{match.Groups["index"].Value}");
                yield return new Sensor(name, device, token => MeasureAsync(device, channel, kind, files, token));
            }
        }
    }

    private async Task<SensorResult> MeasureAsync(string device, string channel, string kind, IReadOnlyList<string> files, CancellationToken cancellationToken)
    {
        var (number, problem) = files.Contains($"in_{channel}_input")
            ? await sysfs.ReadNumberAsync(Path.Combine(device, $"in_{channel}_input"), cancellationToken).ConfigureAwait(false)
            : await ReadRawAsync(device, channel, kind, files, cancellationToken).ConfigureAwait(false);
        if (number is not { } value) return SensorResult.Failed(problem!);
        return kind switch
        {
            "temp" => TemperatureRange.CheckChip(value / 1000),
            "humidityrelative" => SensorResult.Of(value / 1000),
            _ => SensorResult.Of(value),
        };
    }

    private async Task<(decimal? Number, string? Problem)> ReadRawAsync(
        string device, string channel, string kind, IReadOnlyList<string> files, CancellationToken cancellationToken)
    {
        var (raw, problem) = await sysfs.ReadNumberAsync(Path.Combine(device, $"in_{channel}_raw"), cancellationToken).ConfigureAwait(false);
        if (raw is null) return (null, problem);
        var (scale, scaleProblem) = await FactorAsync("scale", 1).ConfigureAwait(false);
        var (offset, offsetProblem) = await FactorAsync("offset", 0).ConfigureAwait(false);
        return scale is null || offset is null ? (null, scaleProblem ?? offsetProblem) : ((raw + offset) * scale, null);

        // The channel's own, the one of all channels of its kind, the one of the device, or none.
        async Task<(decimal? Number, string? Problem)> FactorAsync(string what, decimal otherwise)
        {
            string[] candidates = [$"in_{channel}_{what}", $"in_{kind}_{what}", $"in_{what}"];
            var file = candidates.FirstOrDefault(files.Contains);
            return file is null ? (otherwise, null) : await sysfs.ReadNumberAsync(Path.Combine(device, file), cancellationToken).ConfigureAwait(false);
        }
    }

    [GeneratedRegex(@"^in_(?<channel>(?<kind>temp|humidityrelative|pressure)(?<index>[0-9]*))_(input|raw)$", RegexOptions.ExplicitCapture)]
    private static partial Regex ValueFile();
}
