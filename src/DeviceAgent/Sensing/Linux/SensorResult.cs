namespace DeviceAgent.Sensing.Linux;

/// <summary>What one look at a sensor gave: a value in the unit of its kind, or why there is none.</summary>
internal readonly record struct SensorResult(decimal? Value, string? Problem)
{
    public static SensorResult Of(decimal value) => new(value, null);

    public static SensorResult Failed(string problem) => new(null, problem);
}
