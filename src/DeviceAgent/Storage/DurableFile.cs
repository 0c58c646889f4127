using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace DeviceAgent.Storage;

/// <summary>Writes small files so that after a power cut there is either the old content or the new one.</summary>
internal static partial class DurableFile
{
    private const int ReadOnlyCloseOnExec = 0x80000;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Temporary file, fsync, rename, fsync of the folder. The file has exactly this mode; by default it is for its owner only.</summary>
    /// <exception cref="IOException">It could not be written; the old content is still there.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written to.</exception>
    public static void Write(string path, ReadOnlySpan<byte> content, UnixFileMode mode = OwnerOnly)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0 };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = mode;
        var temporary = path + ".new";
        File.Delete(temporary);
        using (var file = new FileStream(temporary, options))
        {
            // The umask may have taken rights away.
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(file.SafeFileHandle, mode);
            file.Write(content);
            file.Flush(flushToDisk: true);
        }

        Move(temporary, path);
    }

    /// <summary>Renames within a folder, durably: after a power cut the target is the old file or the new one.</summary>
    /// <exception cref="IOException">It could not be done.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written to.</exception>
    public static void Move(string from, string to)
    {
        File.Move(from, to, overwrite: true);
        if (!OperatingSystem.IsWindows()) Synchronise(Path.GetDirectoryName(Path.GetFullPath(to))!);
    }

    private static void Synchronise(string folder)
    {
        using var handle = Open(folder, ReadOnlyCloseOnExec);
        if (handle.IsInvalid || Synchronise(handle) != 0)
            throw new IOException($"the folder '{folder}' cannot be flushed to the disk: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Synchronise(SafeFileHandle file);
}

/// <summary>Folders of the agent's user alone, such as the state directory.</summary>
internal static class PrivateFolder
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Makes the folder where it is missing; one that is there keeps its rights.</summary>
    /// <exception cref="IOException">It could not be made.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder above may not be written to.</exception>
    public static void Make(string folder)
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(folder);
        else Directory.CreateDirectory(folder, OwnerOnly);
    }
}
