using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace DeviceAgent.Readings.Sources.Linux;

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
