using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace DeviceAgent.Storage;

/// <summary>What the kernel knows of a file or folder: which one it is, whose, and who may do what with it.</summary>
/// <param name="Device">With <paramref name="Inode"/>: which one it is, whatever its name.</param>
/// <param name="Inode">Its number on the device.</param>
/// <param name="User">The owner.</param>
/// <param name="Group">The owner's group.</param>
/// <param name="Mode">Type and rights, as in <c>st_mode</c>.</param>
/// <param name="Length">In bytes.</param>
internal readonly partial record struct FileStatus(ulong Device, ulong Inode, uint User, uint Group, ushort Mode, ulong Length)
{
    /// <summary>struct statx: 256 bytes, the same on every CPU.</summary>
    private const int StatusBytes = 256;

    private const int CurrentFolder = -100;
    private const int NoFollow = 0x100;
    private const int OfHandle = 0x1000;
    private const uint BasicStatus = 0x7ff;
    private const int TypeMask = 0xf000;
    private const int RegularFile = 0x8000;
    private const int Folder = 0x4000;

    /// <summary>As chmod takes it.</summary>
    public string Octal => Convert.ToString((int)Rights, 8);

    public UnixFileMode Rights => (UnixFileMode)(Mode & 0xfff);

    public bool IsFile => (Mode & TypeMask) == RegularFile;

    public bool IsFolder => (Mode & TypeMask) == Folder;

    /// <summary>Whether somebody else than the owner may write; in a folder that is to make, rename and delete.</summary>
    public bool IsWritableByOthers => (Rights & (UnixFileMode.GroupWrite | UnixFileMode.OtherWrite)) != 0;

    /// <summary>Whether both are the same file, whatever became of its owner and mode.</summary>
    public bool IsSame(FileStatus other) => (Device, Inode) == (other.Device, other.Inode);

    /// <summary>Of what a path leads to; null when there is nothing, or it cannot be told.</summary>
    /// <param name="path">A file or folder.</param>
    /// <param name="follow">Where the last part is a link: of what it leads to, or of the link itself.</param>
    public static FileStatus? Of(string path, bool follow = true)
    {
        if (!OperatingSystem.IsLinux()) return null;
        Span<byte> status = stackalloc byte[StatusBytes];
        return Status(CurrentFolder, path, follow ? 0 : NoFollow, BasicStatus, status) == 0 ? Read(status) : null;
    }

    /// <summary>Of an open file or folder.</summary>
    public static FileStatus? Of(SafeFileHandle file)
    {
        if (!OperatingSystem.IsLinux()) return null;
        Span<byte> status = stackalloc byte[StatusBytes];
        return StatusOfHandle(file, "", OfHandle, BasicStatus, status) == 0 ? Read(status) : null;
    }

    private static FileStatus Read(ReadOnlySpan<byte> status) => new(
        ((ulong)BitConverter.ToUInt32(status[136..]) << 32) | BitConverter.ToUInt32(status[140..]),
        BitConverter.ToUInt64(status[32..]),
        BitConverter.ToUInt32(status[20..]),
        BitConverter.ToUInt32(status[24..]),
        BitConverter.ToUInt16(status[28..]),
        BitConverter.ToUInt64(status[40..]));

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Status(int folder, string path, int flags, uint mask, Span<byte> status);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatusOfHandle(SafeFileHandle file, string path, int flags, uint mask, Span<byte> status);
}
