namespace DeviceAgent.Readings.Sources.Linux;

/// <summary>Temperatures that a sleeping or broken sensor shows are told from real ones by their range.</summary>
internal static class TemperatureRange
{
    /// <summary>A chip inside a device, °C.</summary>
    public static SensorResult CheckChip(decimal celsius) => Check(celsius, -100, 250);

    /// <summary>A 1-wire thermometer, °C (data sheet).</summary>
    public static SensorResult CheckOneWire(decimal celsius) => Check(celsius, -55, 125);

    private static SensorResult Check(decimal celsius, decimal min, decimal max) => celsius >= min && celsius <= max
        ? SensorResult.Of(celsius)
        : SensorResult.Failed($"{celsius} °C is outside {min} to {max} °C");
}
