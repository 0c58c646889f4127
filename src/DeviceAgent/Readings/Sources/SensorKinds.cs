namespace DeviceAgent.Readings.Sources;

/// <summary>The kernel's interfaces to sensors.</summary>
internal static class SensorKinds
{
    /// <summary>The longest conversion of a 1-wire thermometer takes 0.75 s; a read that takes longer than this hangs.</summary>
    private static readonly TimeSpan ReadTimeout = TimeSpan.FromSeconds(2);

    /// <param name="sysfsRoot">Where sysfs is mounted.</param>
    /// <param name="time">The clock.</param>
    public static IReadOnlyList<ISensorKind> In(string sysfsRoot, TimeProvider time)
    {
        var sysfs = new Sysfs(sysfsRoot, ReadTimeout, time);
        return [new ThermalZones(sysfs), new HardwareMonitors(sysfs), new IndustrialIo(sysfs), new OneWireThermometers(sysfs)];
    }
}
