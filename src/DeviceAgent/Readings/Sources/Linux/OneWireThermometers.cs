using System.Runtime.CompilerServices;

namespace DeviceAgent.Readings.Sources.Linux;

/// <summary>
/// <c>bus/w1/devices/FF-xxxxxxxxxxxx/w1_slave</c> of the thermometer families. Reading one converts (up to 750 ms) and holds the bus,
/// so they are read one after the other.
/// </summary>
internal sealed class OneWireThermometers(Sysfs sysfs) : ISensorKind
{
    /// <summary>DS18S20, DS1822, DS18B20, DS1825, DS28EA00.</summary>
    private static readonly string[] Families = ["10-", "22-", "28-", "3b-", "42-"];

    public async IAsyncEnumerable<Sensor> FindAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask.ConfigureAwait(false);
        foreach (var device in Families.SelectMany(f => sysfs.Directories("bus/w1/devices", f)))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return new Sensor(SensorNames.Clean($"w1 {Path.GetFileName(device)}"), device, token => MeasureAsync(device, token));
        }
    }

    private async Task<SensorResult> MeasureAsync(string device, CancellationToken cancellationToken)
    {
        var path = Path.Combine(device, "w1_slave");
        var (text, problem) = await sysfs.ReadAsync(path, cancellationToken).ConfigureAwait(false);
        if (text is null) return SensorResult.Failed(problem!);
        var result = OneWireScratchpad.Read(text);
        return result.Problem is null ? result : SensorResult.Failed($"{path}: {result.Problem}");
    }
}
