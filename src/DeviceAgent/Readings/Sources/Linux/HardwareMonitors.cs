using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace DeviceAgent.Readings.Sources.Linux;

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
