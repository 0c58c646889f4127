namespace DeviceAgent.Clock;

/// <summary>Identifies the boot and reads the clock that runs since: together they tell how old a record is whatever the wall clock did.</summary>
internal sealed record BootClock(string BootId, TimeProvider Time)
{
    private const string BootIdPath = "/proc/sys/kernel/random/boot_id";

    /// <summary>Milliseconds on the monotonic clock.</summary>
    public long Milliseconds => Time.GetElapsedTime(0).Ticks / TimeSpan.TicksPerMillisecond;

    /// <summary>The running boot's; one of this process alone where the kernel does not tell.</summary>
    public static BootClock Current(TimeProvider time) =>
        new(File.Exists(BootIdPath) ? File.ReadAllText(BootIdPath).Trim() : Guid.NewGuid().ToString(), time);
}
