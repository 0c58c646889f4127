using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace DeviceAgent.Readings.Sources;

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
            var id = Path.GetFileName(device);
            yield return new Sensor("w1", SensorNames.Of("w1", "w1", id), new SensorPlace($"w1/{id}", id), PhysicalRange.OneWire.Unit, token => MeasureAsync(device, token));
        }
    }

    private async Task<SensorResult> MeasureAsync(string device, CancellationToken cancellationToken)
    {
        var path = Path.Combine(device, "w1_slave");
        var (text, problem) = await sysfs.ReadAsync(path, cancellationToken).ConfigureAwait(false);
        if (text is null) return SensorResult.Failed(problem!);
        var result = OneWireScratchpad.Read(text);
        return result.Problem is null || result.Impossible is not null ? result : SensorResult.Failed($"{path}: {result.Problem}");
    }
}

/// <summary>The text of <c>w1_slave</c>: nine bytes of the thermometer's scratchpad with their CRC, and the temperature.</summary>
internal static partial class OneWireScratchpad
{
    private const int PowerOnMilliCelsius = 85_000;
    private const int InsufficientPowerMilliCelsius = 127_937;
    private const byte ResetMarker = 0x0c;
    private const string CrcFailure = "CRC failure on the bus";

    public static SensorResult Read(string text)
    {
        var match = Form().Match(text);
        if (!match.Success)
        {
            return SensorResult.Failed(text.Length == 0 ? "nothing was read (CRC failure or the sensor is gone)"
                : BadCrc().IsMatch(text) ? CrcFailure
                : "the text has not the form of a scratchpad");
        }

        var scratchpad = Convert.FromHexString(match.Groups["bytes"].Value.Replace(" ", "", StringComparison.Ordinal));
        if (match.Groups["verdict"].Value != "YES") return SensorResult.Failed(CrcFailure);
        if (!scratchpad.AsSpan().ContainsAnyExcept((byte)0)) return SensorResult.Failed("all bytes are zero: the bus is shorted");
        if (Crc8(scratchpad.AsSpan(0, 8)) != scratchpad[8]) return SensorResult.Failed("the CRC does not match the bytes");
        if (!int.TryParse(match.Groups["milli"].Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var milli)) return SensorResult.Failed("no temperature");
        if (milli == PowerOnMilliCelsius && scratchpad[6] == ResetMarker) return SensorResult.Failed("85 °C is the power-on value: the sensor was reset before it converted");
        if (milli == InsufficientPowerMilliCelsius) return SensorResult.Failed("127.94 °C: the sensor has not enough power to convert");
        return PhysicalRange.OneWire.Check(milli / 1000m);
    }

    /// <summary>CRC-8 of 1-wire: x^8 + x^5 + x^4 + 1, reflected, start value 0.</summary>
    public static byte Crc8(ReadOnlySpan<byte> bytes)
    {
        byte crc = 0;
        foreach (var b in bytes)
        {
            crc ^= b;
            for (var bit = 0; bit < 8; bit++) crc = (byte)((crc & 1) != 0 ? (crc >> 1) ^ 0x8c : crc >> 1);
        }

        return crc;
    }

    [GeneratedRegex("crc=[0-9a-fA-F]{2} NO")]
    private static partial Regex BadCrc();

    [GeneratedRegex(@"^(?<bytes>([0-9a-f]{2} ){9}): crc=[0-9a-f]{2} (?<verdict>YES|NO)\s+([0-9a-f]{2} ){9}t=(?<milli>-?[0-9]+)\s*$", RegexOptions.ExplicitCapture)]
    private static partial Regex Form();
}
