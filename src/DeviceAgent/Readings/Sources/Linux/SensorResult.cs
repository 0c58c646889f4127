namespace DeviceAgent.Readings.Sources.Linux;

/// <summary>What one look at a sensor gave: a value in the unit of its kind, or why there is none.</summary>
internal readonly record struct SensorResult(decimal? Value, string? Problem)
{
    /// <summary>Finer than any of these sensors.</summary>
    private const int Decimals = 4;

    /// <summary>Dividing by a one with many zeros drops the zeros at a decimal's end.</summary>
    private const decimal One = 1.0000000000000000000000000000m;

    public static SensorResult Of(decimal value) => new(Math.Round(value, Decimals) / One, null);

    public static SensorResult Failed(string problem) => new(null, problem);
}
