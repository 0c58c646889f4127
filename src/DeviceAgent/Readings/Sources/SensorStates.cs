namespace DeviceAgent.Readings.Sources;

/// <summary>How the sensors are, for the status. Written by one loop, read by any.</summary>
internal sealed class SensorStates
{
    private IReadOnlyList<SensorState>? _all;

    /// <summary>Null where the source is not one of sensors.</summary>
    public IReadOnlyList<SensorState>? All
    {
        get => Volatile.Read(ref _all);
        set => Volatile.Write(ref _all, value);
    }
}

/// <summary>A sensor as it was at the last look.</summary>
/// <param name="Name">The attribute.</param>
/// <param name="Id">Where it sits.</param>
/// <param name="Condition">Whether it has a value.</param>
/// <param name="Problem">Why it has none; null when it has.</param>
/// <param name="OutOfRange">How many values were left out since the start, because no such sensor can measure them.</param>
internal sealed record SensorState(string Name, string Id, SensorCondition Condition, string? Problem, long OutOfRange);

/// <summary>Whether a sensor has a value.</summary>
internal enum SensorCondition
{
    /// <summary>It has.</summary>
    Good,

    /// <summary>It has one that no such sensor can measure.</summary>
    OutOfRange,

    /// <summary>It cannot be read.</summary>
    Failed,

    /// <summary>It was there before.</summary>
    Gone,
}
