using System.Runtime.InteropServices;

namespace DeviceAgent.Clock;

/// <summary>Whether the kernel holds its clock for synchronised (NTP, PTP).</summary>
internal static partial class KernelTime
{
    /// <summary>Far larger than <c>struct timex</c> on any machine (208 bytes on 64 bits). All zero, it changes nothing.</summary>
    private const int TimexBytes = 512;

    /// <summary>What <c>adjtimex</c> returns while STA_UNSYNC is set.</summary>
    private const int TimeError = 5;

    /// <summary>Where the kernel may not be asked (a container's filter): made by systemd-timesyncd at its first synchronisation.</summary>
    private const string TimesyncdFile = "/run/systemd/timesync/synchronized";

    public static bool IsSynchronised()
    {
        if (!OperatingSystem.IsLinux()) return false;
        var state = AdjustTime(new byte[TimexBytes]);
        return state < 0 ? File.Exists(TimesyncdFile) : state != TimeError;
    }

    /// <summary>The result alone tells: the layout of the structure, which differs between machines, does not matter.</summary>
    [LibraryImport("libc", EntryPoint = "adjtimex")]
    private static partial int AdjustTime(Span<byte> timex);
}

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
