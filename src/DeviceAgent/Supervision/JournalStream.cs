using System.Globalization;
using System.Runtime.InteropServices;

namespace DeviceAgent.Supervision;

/// <summary>Whether what is printed goes to systemd's journal: JOURNAL_STREAM, as in systemd.exec(5).</summary>
internal static partial class JournalStream
{
    /// <summary>As large as <c>struct statx</c>, whose layout is the same on every CPU.</summary>
    private const int StatxBytes = 256;

    private const int InodeOffset = 32;
    private const int DeviceMajorOffset = 136;
    private const int DeviceMinorOffset = 140;
    private const int EmptyPath = 0x1000;
    private const uint InodeMask = 0x100;
    private const int StandardOutput = 1;
    private const int StandardError = 2;

    /// <summary>The journal has a time of its own, and its levels are in the text.</summary>
    public static bool IsOutput() =>
        Environment.GetEnvironmentVariable("JOURNAL_STREAM") is { Length: > 0 } stream && (stream == IdentityOf(StandardOutput) || stream == IdentityOf(StandardError));

    /// <summary><c>device:inode</c> of an open file; null when the kernel does not tell.</summary>
    public static string? IdentityOf(int descriptor)
    {
        if (!OperatingSystem.IsLinux()) return null;
        Span<byte> file = stackalloc byte[StatxBytes];
        if (Statx(descriptor, "", EmptyPath, InodeMask, file) != 0) return null;
        ulong major = MemoryMarshal.Read<uint>(file[DeviceMajorOffset..]), minor = MemoryMarshal.Read<uint>(file[DeviceMinorOffset..]);

        // As glibc's makedev.
        var device = ((major & 0xfffff000) << 32) | ((major & 0xfff) << 8) | ((minor & 0xffffff00) << 12) | (minor & 0xff);
        var inode = MemoryMarshal.Read<ulong>(file[InodeOffset..]);
        return string.Create(CultureInfo.InvariantCulture, $"{device}:{inode}");
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int directory, string path, int flags, uint mask, Span<byte> file);
}
