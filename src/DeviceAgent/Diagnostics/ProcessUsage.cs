using System.Globalization;

namespace DeviceAgent.Diagnostics;

/// <summary>What the kernel says that this process uses; null where it does not say (another system, or /proc is kept from the process).</summary>
internal static class ProcessUsage
{
    private const string IoPath = "/proc/self/io";
    private const string WrittenName = "write_bytes:";

    /// <summary>Bytes that this process caused to be written to storage.</summary>
    public static long? DiskBytesWritten()
    {
        try
        {
            var line = File.ReadLines(IoPath).FirstOrDefault(l => l.StartsWith(WrittenName, StringComparison.Ordinal));
            return line is not null && long.TryParse(line.AsSpan(WrittenName.Length), CultureInfo.InvariantCulture, out var bytes) ? bytes : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Memory in RAM, in bytes.</summary>
    public static long ResidentBytes() => Environment.WorkingSet;

    public static double CpuSeconds() => Environment.CpuUsage.TotalTime.TotalSeconds;
}
