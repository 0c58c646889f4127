using System.Runtime.InteropServices;
using DeviceAgent.Credentials.Text;
using Microsoft.Win32.SafeHandles;

namespace DeviceAgent.Storage;

/// <summary>Writes small files so that after a power cut there is either the old content or the new one.</summary>
internal static partial class DurableFile
{
    private const int ReadOnlyCloseOnExec = 0x80000;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Temporary file, fsync, rename, fsync of the folder. The file has exactly this mode; by default it is for its owner only.</summary>
    /// <param name="path">Where it is to be.</param>
    /// <param name="content">All of it.</param>
    /// <param name="mode">Its rights.</param>
    /// <param name="give">Gives it to its owner before it has its name; null: it stays with who makes it.</param>
    /// <exception cref="IOException">It could not be written; the old content is still there.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written to.</exception>
    public static void Write(string path, ReadOnlySpan<byte> content, UnixFileMode mode = OwnerOnly, Action<SafeFileHandle>? give = null)
    {
        // Root in the folder of another user works as that one: it could be led anywhere.
        using var _ = ProcessUser.On(FolderOf(path));
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0 };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = mode;
        var temporary = path + ".new";
        File.Delete(temporary);
        try
        {
            using (var file = new FileStream(temporary, options))
            {
                // The umask may have taken rights away.
                if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(file.SafeFileHandle, mode);
                give?.Invoke(file.SafeFileHandle);
                file.Write(content);
                file.Flush(flushToDisk: true);
            }

            Move(temporary, path);
        }
        catch
        {
            Remove(temporary);
            throw;
        }
    }

    /// <summary>Renames within a folder, durably: after a power cut the target is the old file or the new one.</summary>
    /// <exception cref="IOException">It could not be done.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written to.</exception>
    public static void Move(string from, string to)
    {
        using var _ = ProcessUser.On(FolderOf(to));
        File.Move(from, to, overwrite: true);
        if (!OperatingSystem.IsWindows()) Synchronise(FolderOf(to));
    }

    private static void Remove(string file)
    {
        try
        {
            File.Delete(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What went wrong before is told.
        }
    }

    private static string FolderOf(string path) => Path.GetDirectoryName(Path.GetFullPath(path))!;

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

/// <summary>Files of the agent's user alone, whatever the folder's rights and the umask are.</summary>
internal static partial class PrivateFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>To write at the end, made where it is missing, without waiting for a pipe's other end, closed where another program is started.</summary>
    private const int ToAppend = 1 | 0x40 | 0x400 | 0x800 | 0x80000;

    /// <summary>Makes an empty one where there is none; whoever writes to it says what goes wrong.</summary>
    public static void Make(string path)
    {
        if (OperatingSystem.IsWindows() || Path.Exists(path)) return;
        try
        {
            using var _ = new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0, UnixCreateMode = OwnerOnly });
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Nor can it be written then.
        }
    }

    /// <summary>Opens one to write at its end, made where it is missing.</summary>
    /// <exception cref="IOException">It is no file (<see cref="NotAFileException"/>), or it may or can not be opened.</exception>
    public static SafeFileHandle OpenToAppend(string path)
    {
        if (!OperatingSystem.IsLinux()) return File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.Write);
        if (InputFile.KindOf(path) is { } kind) throw new NotAFileException(kind);
        var handle = Open(path, ToAppend, (uint)OwnerOnly);
        if (!handle.IsInvalid && FileStatus.Of(handle) is { IsFile: true }) return handle;
        var problem = handle.IsInvalid ? Marshal.GetLastPInvokeErrorMessage() : "it is not a file";
        handle.Dispose();
        throw new IOException($"'{path}' cannot be opened: {problem}");
    }

    /// <summary>Takes the rights of others away from one that is there, where it is this user's.</summary>
    public static void Tighten(string path)
    {
        if (OperatingSystem.IsWindows() || FileStatus.Of(path, follow: false) is not { IsFile: true } status || status.User != LocalUsers.Own || (status.Rights & ~OwnerOnly) == 0) return;
        try
        {
            File.SetUnixFileMode(path, status.Rights & OwnerOnly);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A read-only medium; who writes to it says so.
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle Open(string path, int flags, uint mode);
}
