using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace DeviceAgent.Diagnostics;

/// <summary>What the kernel says that this process uses; null where it does not say (another system, or /proc is kept from the process).</summary>
internal static class ProcessUsage
{
    private const string IoPath = "/proc/self/io";
    private const string WrittenName = "write_bytes:";
    private const int MaxBytes = 1024;

    private static readonly Lazy<SafeFileHandle?> Io = new(OpenIo);

    /// <summary>Opens what cannot be opened any more once the process's memory is protected.</summary>
    public static void Open() => _ = Io.Value;

    /// <summary>Bytes that this process caused to be written to storage.</summary>
    public static long? DiskBytesWritten()
    {
        if (Io.Value is not { } io) return null;
        try
        {
            Span<byte> bytes = stackalloc byte[MaxBytes];
            var text = Encoding.ASCII.GetString(bytes[..RandomAccess.Read(io, bytes, 0)]);
            var line = text.Split('\n').FirstOrDefault(l => l.StartsWith(WrittenName, StringComparison.Ordinal));
            return line is not null && long.TryParse(line.AsSpan(WrittenName.Length), CultureInfo.InvariantCulture, out var written) ? written : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Memory in RAM, in bytes.</summary>
    public static long ResidentBytes() => Environment.WorkingSet;

    public static double CpuSeconds() => Environment.CpuUsage.TotalTime.TotalSeconds;

    private static SafeFileHandle? OpenIo()
    {
        try
        {
            return File.OpenHandle(IoPath);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}

/// <summary>Keeps what is in the process's memory from the other processes of its user.</summary>
internal static partial class ProcessMemory
{
    private const int SetDumpable = 4;

    /// <summary>No core dump, no debugger, no reading of /proc/PID/mem by anybody but root (PR_SET_DUMPABLE 0).</summary>
    public static void Protect()
    {
        // What a process without the right to be dumped may not open of its own, unless it is root's.
        ProcessUsage.Open();
        if (OperatingSystem.IsLinux()) _ = Control(SetDumpable, 0, 0, 0, 0);
    }

    [LibraryImport("libc", EntryPoint = "prctl")]
    private static partial int Control(int option, nuint second, nuint third, nuint fourth, nuint fifth);
}
