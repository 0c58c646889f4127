namespace DeviceAgent.Readings.Sources;

/// <summary>What a sensor can measure at all: a value outside it comes from a sensor that sleeps, is broken, or is not read as it should be.</summary>
/// <param name="Min">The lowest value.</param>
/// <param name="Max">The highest value.</param>
/// <param name="Unit">As it is shown.</param>
internal sealed record PhysicalRange(decimal Min, decimal Max, string Unit)
{
    /// <summary>A 1-wire thermometer (data sheet).</summary>
    public static PhysicalRange OneWire { get; } = new(-55, 125, "°C");

    /// <summary>Relative humidity.</summary>
    public static PhysicalRange Humidity { get; } = new(0, 100, "%");

    /// <summary>A chip inside a device.</summary>
    private static readonly PhysicalRange Chip = new(-100, 250, "°C");

    private static readonly PhysicalRange AnyPressure = new(0.001m, 100_000, "kPa");

    /// <summary>By the beginning of the chip's name; widest first where one begins another.</summary>
    private static readonly (string Chip, PhysicalRange Range)[] Temperatures =
    [
        // Thermocouples, resistance thermometers, infrared.
        ("max6675", new(0, 1024, "°C")),
        ("max31855", new(-270, 1800, "°C")),
        ("max31856", new(-270, 1820, "°C")),
        ("max31865", new(-250, 900, "°C")),
        ("mcp960", new(-270, 1820, "°C")),
        ("ltc2983", new(-270, 1820, "°C")),
        ("mlx9061", new(-75, 385, "°C")),
        ("mlx9063", new(-75, 385, "°C")),
        .. new[] { "bme", "bmp", "sht", "htu", "hts", "hdc", "si70", "dht", "am23", "aht", "lps", "dps", "ms56", "ms86" }.Select(c => (c, new PhysicalRange(-50, 150, "°C"))),
    ];

    /// <summary>By the beginning of the chip's name.</summary>
    private static readonly (string Chip, PhysicalRange Range)[] Pressures =
    [
        // Barometers.
        .. new[] { "bme", "bmp", "lps", "dps", "ms561", "ms860", "mpl", "hp03", "hp20", "icp", "t5403", "zpa", "spl" }.Select(c => (c, new PhysicalRange(1, 130, "kPa"))),

        // Differences of pressure have either sign.
        .. new[] { "abp", "hsc", "ssc", "sdp" }.Select(c => (c, new PhysicalRange(-10_000, 10_000, "kPa"))),
    ];

    /// <param name="chip">As the driver names it.</param>
    public static PhysicalRange Temperature(string chip) => Find(Temperatures, chip) ?? Chip;

    /// <param name="chip">As the driver names it.</param>
    public static PhysicalRange Pressure(string chip) => Find(Pressures, chip) ?? AnyPressure;

    public SensorResult Check(decimal value) => value >= Min && value <= Max
        ? SensorResult.Of(value)
        : SensorResult.Outside(value, $"outside the physical range of {Min} to {Max} {Unit}");

    private static PhysicalRange? Find((string Chip, PhysicalRange Range)[] ranges, string chip) =>
        ranges.FirstOrDefault(r => chip.StartsWith(r.Chip, StringComparison.OrdinalIgnoreCase)).Range;
}
