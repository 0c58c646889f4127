using System.Globalization;
using System.Text;
using DeviceAgent.Storage;
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
internal static class ProcessMemory
{
    /// <inheritdoc cref="ProcessUser.ForbidInspection"/>
    public static void Protect()
    {
        // What a process without the right to be dumped may not open of its own, unless it is root's.
        ProcessUsage.Open();
        ProcessUser.ForbidInspection();
    }
}
