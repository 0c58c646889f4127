namespace DeviceAgent.Readings.Sources.Linux;

/// <summary>A sensor that was found.</summary>
/// <param name="Name">The attribute's name: from the chip's name and label, never from a number that changes over boots.</param>
/// <param name="Place">Where the sensor sits (its device), to tell two of the same name apart.</param>
/// <param name="ReadAsync">Measures: °C, % relative humidity or kPa.</param>
internal sealed record Sensor(string Name, string Place, Func<CancellationToken, Task<SensorResult>> ReadAsync);
