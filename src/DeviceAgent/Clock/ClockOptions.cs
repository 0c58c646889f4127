using DeviceAgent.Settings;

namespace DeviceAgent.Clock;

/// <summary>The section <c>clock</c>.</summary>
internal sealed record ClockOptions
{
    /// <summary>
    /// True on a device with a battery-backed clock: the system's time is believed from the start, unless it lies before the floor,
    /// although nobody confirms it. Otherwise readings wait for their timestamps until the kernel or AWS knows the time.
    /// </summary>
    public bool TrustSystemTime { get; init; }

    public static ClockOptions Read(SettingsReader settings)
    {
        var options = new ClockOptions { TrustSystemTime = settings.Flag("trustSystemTime", false) };
        settings.ReportUnknown();
        return options;
    }
}
