namespace DeviceAgent.Readings.Sources;

/// <summary>One of the kernel's interfaces to sensors.</summary>
internal interface ISensorKind
{
    /// <summary>The sensors that are there now.</summary>
    IAsyncEnumerable<Sensor> FindAsync(CancellationToken cancellationToken);
}

/// <summary>A sensor that was found.</summary>
/// <param name="Chip">What it is, as the driver names it: <c>lm75</c>, <c>cpu-thermal</c>.</param>
/// <param name="Name">The attribute's name if it has this one for itself: from the chip's name and label.</param>
/// <param name="Place">Where it sits.</param>
/// <param name="Unit">What it measures in: °C, % (relative humidity) or kPa.</param>
/// <param name="ReadAsync">Measures.</param>
internal sealed record Sensor(string Chip, string Name, SensorPlace Place, string Unit, Func<CancellationToken, Task<SensorResult>> ReadAsync);

/// <summary>Where a sensor sits, by which it is known again.</summary>
/// <param name="Id">Device and channel: <c>platform/soc/fe804000.i2c/0048/temp1</c>, <c>w1/28-0316a2794bff</c>.</param>
/// <param name="Order">What sensors of one name are numbered by, when they are seen for the first time.</param>
internal sealed record SensorPlace(string Id, string Order)
{
    /// <summary>The same as the kernel writes it now, numbers included; can be named in the configuration, too.</summary>
    public string Kernel { get; init; } = Id;

    /// <summary>
    /// Null where the <see cref="Id"/> is stable. Else the kernel says nothing but a number, which may be another at the next boot: this is
    /// what all that are told apart by it have in common.
    /// </summary>
    public string? Series { get; init; }

    /// <param name="interface">hwmon, iio or thermal.</param>
    /// <param name="chip">What sits there.</param>
    /// <param name="device">The device; null where the kernel says of none.</param>
    /// <param name="entry">The numbered entry: <c>hwmon2</c>.</param>
    /// <param name="channel">Which of the device's sensors.</param>
    public static SensorPlace Of(string @interface, string chip, DevicePath? device, string entry, string channel) => device switch
    {
        null => new SensorPlace($"{@interface}/{entry}/{channel}", entry) { Series = $"{@interface}/{chip}/{channel}" },
        { IsThermalZone: true } => new SensorPlace($"thermal/{chip}/{channel}", entry),
        _ => new SensorPlace($"{device.Stable}/{channel}", device.Name) { Kernel = $"{device.Kernel}/{channel}" },
    };
}

/// <summary>What one look at a sensor gave: a value in the unit of its kind, or why there is none.</summary>
/// <param name="Value">Null when there is none.</param>
/// <param name="Problem">Why there is none, in words that stay the same while it is the same.</param>
/// <param name="Impossible">The value that is none, because no such sensor can measure it.</param>
internal readonly record struct SensorResult(decimal? Value, string? Problem, decimal? Impossible = null)
{
    /// <summary>Finer than any of these sensors.</summary>
    private const int Decimals = 4;

    /// <summary>Dividing by a one with many zeros drops the zeros at a decimal's end.</summary>
    private const decimal One = 1.0000000000000000000000000000m;

    public static SensorResult Of(decimal value) => new(Math.Round(value, Decimals) / One, null);

    public static SensorResult Failed(string problem) => new(null, problem);

    public static SensorResult Outside(decimal value, string problem) => new(null, problem, Math.Round(value, Decimals) / One);
}
