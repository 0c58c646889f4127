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
            var entry = Path.GetFileName(zone);
            var place = sysfs.DeviceOf(zone) is { } device
                ? SensorPlace.Of("thermal", type, device, entry, "temp")
                : new SensorPlace($"thermal/{type}/{entry}", entry) { Series = $"thermal/{type}" };
            var range = PhysicalRange.Temperature(type);
            yield return new Sensor(type, SensorNames.Of("thermal", type), place, range.Unit, token => MeasureAsync(zone, range, token));
        }
    }

    private async Task<SensorResult> MeasureAsync(string zone, PhysicalRange range, CancellationToken cancellationToken)
    {
        var (milli, problem) = await sysfs.ReadNumberAsync(Path.Combine(zone, "temp"), cancellationToken).ConfigureAwait(false);
        return milli is { } value ? range.Check(value / 1000) : SensorResult.Failed(problem!);
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
                var place = SensorPlace.Of("hwmon", chip, sysfs.DeviceOf(monitor), Path.GetFileName(monitor), channel);
                var range = channel.StartsWith("temp", StringComparison.Ordinal) ? PhysicalRange.Temperature(chip) : PhysicalRange.Humidity;
                yield return new Sensor(chip, SensorNames.Of("hwmon", chip, label, channel), place, range.Unit, token => MeasureAsync(monitor, range, channel, files, token));
            }
        }
    }

    private async Task<SensorResult> MeasureAsync(string monitor, PhysicalRange range, string channel, IReadOnlyList<string> files, CancellationToken cancellationToken)
    {
        if (files.Contains($"{channel}_fault"))
        {
            var (fault, _) = await sysfs.ReadNumberAsync(Path.Combine(monitor, $"{channel}_fault"), cancellationToken).ConfigureAwait(false);
            if (fault == 1) return SensorResult.Failed($"{monitor}/{channel}_fault: the chip reports a broken sensor");
        }

        var (milli, problem) = await sysfs.ReadNumberAsync(Path.Combine(monitor, $"{channel}_input"), cancellationToken).ConfigureAwait(false);
        return milli is { } value ? range.Check(value / 1000) : SensorResult.Failed(problem!);
    }

    [GeneratedRegex(@"^(?<channel>(temp|humidity)[0-9]+)_input$", RegexOptions.ExplicitCapture)]
    private static partial Regex InputFile();
}

/// <summary>
/// <c>bus/iio/devices/iio:deviceN</c>: temperature in milli-°C, relative humidity in milli-percent, pressure in kPa; finished
/// (<c>_input</c>) or as (raw + offset) x scale. A device may have several of a kind, told apart by a number, a word (<c>ambient</c>, <c>object</c>), or both.
/// </summary>
internal sealed partial class IndustrialIo(Sysfs sysfs) : ISensorKind
{
    private const string Scale = "scale";

    public async IAsyncEnumerable<Sensor> FindAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var device in sysfs.Directories("bus/iio/devices", "iio:device"))
        {
            var (chip, _) = await sysfs.ReadAsync(Path.Combine(device, "name"), cancellationToken).ConfigureAwait(false);
            if (chip is null) continue;
            var files = Sysfs.Files(device);
            foreach (var channel in files.Select(f => IioChannel.Of(f)).OfType<IioChannel>().Distinct())
            {
                var place = SensorPlace.Of("iio", chip, sysfs.DeviceOf(device), Path.GetFileName(device), $"in_{channel.Name}");
                var (quantity, range) = channel.Kind switch
                {
                    IioChannel.Temperature => ("temperature", PhysicalRange.Temperature(chip)),
                    IioChannel.Humidity => ("humidity", PhysicalRange.Humidity),
                    _ => ("pressure", PhysicalRange.Pressure(chip)),
                };
                yield return new Sensor(chip, SensorNames.Of("iio", chip, $"{quantity}{channel.Index}{channel.Modifier}"), place, range.Unit, token => MeasureAsync(device, range, channel, files, token));
            }
        }
    }

    private async Task<SensorResult> MeasureAsync(string device, PhysicalRange range, IioChannel channel, IReadOnlyList<string> files, CancellationToken cancellationToken)
    {
        var (number, problem) = files.Contains($"in_{channel.Name}_input")
            ? await sysfs.ReadNumberAsync(Path.Combine(device, $"in_{channel.Name}_input"), cancellationToken).ConfigureAwait(false)
            : await ReadRawAsync(device, channel, files, cancellationToken).ConfigureAwait(false);
        if (number is not { } value) return SensorResult.Failed(problem!);
        return range.Check(channel.Kind is IioChannel.Temperature or IioChannel.Humidity ? value / 1000 : value);
    }

    private async Task<(decimal? Number, string? Problem)> ReadRawAsync(
        string device, IioChannel channel, IReadOnlyList<string> files, CancellationToken cancellationToken)
    {
        var (raw, problem) = await sysfs.ReadNumberAsync(Path.Combine(device, $"in_{channel.Name}_raw"), cancellationToken).ConfigureAwait(false);
        if (raw is null) return (null, problem);
        var (scale, scaleProblem) = await FactorAsync(Scale, 1).ConfigureAwait(false);
        var (offset, offsetProblem) = await FactorAsync("offset", 0).ConfigureAwait(false);
        return scale is null || offset is null ? (null, scaleProblem ?? offsetProblem) : Scaled(raw.Value, offset.Value, scale.Value);

        // The channel's own, the one of all channels of its kind, the one of all inputs, the one of the device, or none.
        async Task<(decimal? Number, string? Problem)> FactorAsync(string what, decimal otherwise)
        {
            string[] candidates = [$"in_{channel.Name}_{what}", $"in_{channel.Kind}{channel.Modifier}_{what}", $"in_{channel.Kind}{channel.Index}_{what}", $"in_{channel.Kind}_{what}", $"in_{what}", what];
            var file = candidates.FirstOrDefault(files.Contains);
            if (file is null) return (otherwise, null);
            var read = await sysfs.ReadNumberAsync(Path.Combine(device, file), cancellationToken).ConfigureAwait(false);
            return read.Number == 0 && what == Scale ? (null, $"{Path.Combine(device, file)}: a scale of 0 makes every value 0") : read;
        }
    }

    private static (decimal? Number, string? Problem) Scaled(decimal raw, decimal offset, decimal scale)
    {
        try
        {
            return ((raw + offset) * scale, null);
        }
        catch (OverflowException)
        {
            return (null, "raw value, offset and scale do not give a number of use");
        }
    }
}

/// <summary>A channel of an IIO device that is read, as its files are named: <c>in_NAME_raw</c>.</summary>
/// <param name="Kind">temp, humidityrelative or pressure.</param>
/// <param name="Index">Its number; empty for the only one.</param>
/// <param name="Modifier">What it measures, e.g. <c>_ambient</c>; may be empty.</param>
internal sealed partial record IioChannel(string Kind, string Index, string Modifier)
{
    public const string Temperature = "temp";
    public const string Humidity = "humidityrelative";

    public string Name => $"{Kind}{Index}{Modifier}";

    /// <summary>Null for a file that has no value of such a channel: a difference, a mean, a peak, a factor.</summary>
    public static IioChannel? Of(string file) => ValueFile().Match(file) is { Success: true } match
        ? new IioChannel(match.Groups["kind"].Value, match.Groups["index"].Value, match.Groups["modifier"].Value)
        : null;

    [GeneratedRegex(@"^in_(?<kind>temp|humidityrelative|pressure)(?<index>[0-9]*)(?<modifier>(_(?!(mean|peak|trough|correction)_)[a-z0-9]+)*)_(input|raw)$", RegexOptions.ExplicitCapture)]
    private static partial Regex ValueFile();
}
