using System.Runtime.InteropServices;
using DeviceAgent.Credentials.Text;
using Microsoft.Win32.SafeHandles;

namespace DeviceAgent.Storage;

/// <summary>
/// An open folder. What is done in it is done in this one, wherever its path leads meanwhile, and no link in it is followed: for work with more rights than
/// whoever may change the folder.
/// </summary>
internal sealed partial class FolderHandle : IDisposable
{
    private const int WriteOnly = 1;
    private const int ReadWrite = 2;
    private const int Make = 0x40;
    private const int Exclusive = 0x80;
    private const int NonBlocking = 0x800;
    private const int CloseOnExec = 0x80000;

    /// <summary>To pass only: a folder that may not be read can be on the way.</summary>
    private const int PathOnly = 0x200000;

    private const int OwnerOnly = 0b110_000_000;
    private const int OwnersFolder = 0b111_000_000;
    private const int NotFound = 2;
    private const int NotAllowed = 13;
    private const int There = 17;
    private const int NotAFolder = 20;
    private const int ReadOnlyMedium = 30;
    private const int TooManyLinks = 40;

    /// <summary>Two flags have other numbers on ARM.</summary>
    private static readonly bool IsArm = RuntimeInformation.ProcessArchitecture is Architecture.Arm or Architecture.Arm64 or Architecture.Armv6;

    private static readonly int FolderOnly = IsArm ? 0x4000 : 0x10000;
    private static readonly int NoFollow = IsArm ? 0x8000 : 0x20000;

    private readonly SafeFileHandle _handle;
    private readonly string _path;

    private FolderHandle(SafeFileHandle handle, string path) => (_handle, _path) = (handle, path);

    /// <summary>Whose it is; a folder that is open always has a status.</summary>
    public FileStatus Status => FileStatus.Of(_handle) ?? throw new IOException($"'{_path}' cannot be looked at");

    /// <exception cref="IOException">There is no such folder.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static FolderHandle Open(string path)
    {
        var handle = OpenPath(path, FolderOnly | CloseOnExec, 0);
        return handle.IsInvalid ? throw Failure(handle, $"the folder '{path}' cannot be opened") : new FolderHandle(handle, path);
    }

    /// <summary>The same, made with the folders above it where they are missing: anybody may pass them, whatever the umask is.</summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be made here.</exception>
    public static FolderHandle OpenOrMake(string path)
    {
        const UnixFileMode passable = (UnixFileMode)0b111_101_101;
        if (Directory.Exists(path) || Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(path)) is not { } above) return Open(path);
        using var parent = OpenOrMake(above);
        var (folder, isNew) = parent.MakeFolder(Path.GetFileName(Path.TrimEndingDirectorySeparator(path)));
        if (isNew) folder.SetRights(passable);
        return folder;
    }

    /// <summary>A folder with what is missing above it, made with the rights of the owner of the folder that it lies in.</summary>
    /// <param name="path">Where.</param>
    /// <param name="rights">Of a new one; null: its owner's alone.</param>
    /// <exception cref="IOException">It cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be made here.</exception>
    public static (FolderHandle Folder, bool IsNew) MakeAsOwner(string path, UnixFileMode? rights = null)
    {
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        var above = Path.GetDirectoryName(full)!;
        using var _ = ProcessUser.On(above);
        using var parent = OpenOrMake(above);
        var (folder, isNew) = parent.MakeFolder(Path.GetFileName(full));
        if (isNew && rights is { } given) folder.SetRights(given);
        return (folder, isNew);
    }

    /// <summary>
    /// The same, where links are followed only if nobody could have made them but root and this user: each part of the path is opened in the one before.
    /// </summary>
    /// <exception cref="IOException">There is no such folder, or a link on the way lies in a folder that somebody else may write to.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be passed.</exception>
    public static FolderHandle OpenTrusted(string path)
    {
        var at = Open("/");
        foreach (var part in Path.GetFullPath(path).Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            using var above = at;
            at = above.OpenPart(part);
        }

        return at;
    }

    private FolderHandle OpenPart(string name)
    {
        var path = Path.Combine(_path, name);
        var handle = OpenAt(_handle, name, PathOnly | FolderOnly | NoFollow | CloseOnExec, 0);
        if (!handle.IsInvalid) return new FolderHandle(handle, path);
        if (Marshal.GetLastPInvokeError() is TooManyLinks or NotAFolder)
        {
            var status = Status;
            if (status.IsWritableByOthers || (status.User != LocalUsers.Root && status.User != LocalUsers.Own))
                throw new IOException($"'{path}' is a link that another user may have made, or no folder: name the folder itself");
            handle.Dispose();
            handle = OpenAt(_handle, name, PathOnly | FolderOnly | CloseOnExec, 0);
        }

        return handle.IsInvalid ? throw Failure(handle, $"the folder '{path}' cannot be opened") : new FolderHandle(handle, path);
    }

    /// <summary>A file of this folder or of those below it, to read. No link is followed, neither on the way nor in its place.</summary>
    /// <param name="relative">Its path from here, without <c>..</c>.</param>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    /// <exception cref="LinkException">A link is in the way.</exception>
    /// <exception cref="IOException">It is no file (<see cref="NotAFileException"/>), or the medium fails.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public SafeFileHandle OpenToRead(string relative)
    {
        var parts = relative.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var (at, path) = (_handle, _path);
        try
        {
            for (var i = 0; i < parts.Length; i++)
            {
                path = Path.Combine(path, parts[i]);
                var isLast = i == parts.Length - 1;
                var next = OpenAt(at, parts[i], NoFollow | CloseOnExec | (isLast ? NonBlocking : PathOnly | FolderOnly), 0);
                if (next.IsInvalid)
                {
                    var error = Marshal.GetLastPInvokeError();
                    if (error == NotFound) throw new FileNotFoundException($"'{path}' is not there", path);
                    if (FileStatus.Of(path, follow: false) is { IsFile: false, IsFolder: false } || error == TooManyLinks) throw new LinkException(path);
                    Marshal.SetLastPInvokeError(error);
                    throw Failure(next, $"'{path}' cannot be opened");
                }

                if (at != _handle) at.Dispose();
                at = next;
            }

            if (FileStatus.Of(at) is { IsFile: true }) return at;
            throw new NotAFileException(FileStatus.Of(at) is { IsFolder: true } ? "a folder" : "a device or a named pipe");
        }
        catch
        {
            if (at != _handle) at.Dispose();
            throw;
        }
    }

    /// <summary>A new file, for its owner alone; never one that is there.</summary>
    /// <exception cref="IOException">It could not be made.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written to.</exception>
    public SafeFileHandle Create(string name)
    {
        var handle = OpenAt(_handle, name, WriteOnly | Make | Exclusive | NoFollow | CloseOnExec, OwnerOnly);
        return handle.IsInvalid ? throw Failure(handle, $"'{Path.Combine(_path, name)}' cannot be made") : handle;
    }

    /// <summary>A file to write to and to lock, made for its owner alone where it is missing; only to lock where it may not be written to.</summary>
    /// <exception cref="IOException">It could not be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be opened.</exception>
    public SafeFileHandle OpenLock(string name)
    {
        var handle = OpenAt(_handle, name, ReadWrite | Make | NoFollow | NonBlocking | CloseOnExec, OwnerOnly);
        if (handle.IsInvalid && Marshal.GetLastPInvokeError() is NotAllowed or ReadOnlyMedium) handle = OpenAt(_handle, name, NoFollow | NonBlocking | CloseOnExec, 0);
        return handle.IsInvalid ? throw Failure(handle, $"'{Path.Combine(_path, name)}' cannot be opened") : handle;
    }

    /// <summary>The folder of this name, made for its owner alone where it is missing.</summary>
    /// <returns>The folder, and whether it was made.</returns>
    /// <exception cref="IOException">It could not be made, or something else is there.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written to.</exception>
    public (FolderHandle Folder, bool IsNew) MakeFolder(string name)
    {
        var path = Path.Combine(_path, name);
        var isNew = MakeAt(_handle, name, OwnersFolder) == 0;
        if (!isNew && Marshal.GetLastPInvokeError() != There) throw Failure(null, $"'{path}' cannot be made");
        var handle = OpenAt(_handle, name, FolderOnly | NoFollow | CloseOnExec, 0);
        return handle.IsInvalid ? throw Failure(handle, $"the folder '{path}' cannot be opened") : (new FolderHandle(handle, path), isNew);
    }

    /// <summary>Within the folder; what had the new name before is replaced, durably.</summary>
    /// <exception cref="IOException">It could not be done.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written to.</exception>
    public void Rename(string from, string to)
    {
        if (RenameAt(_handle, from, _handle, to) != 0) throw Failure(null, $"'{Path.Combine(_path, from)}' cannot be renamed to '{to}'");
        using var readable = OpenAt(_handle, ".", FolderOnly | CloseOnExec, 0);
        if (readable.IsInvalid || Synchronise(readable) != 0) throw Failure(null, $"the folder '{_path}' cannot be flushed to the disk");
    }

    /// <summary>A file, or the link itself.</summary>
    /// <exception cref="IOException">It could not be deleted.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written to.</exception>
    public void Delete(string name)
    {
        if (DeleteAt(_handle, name, 0) != 0 && Marshal.GetLastPInvokeError() != NotFound) throw Failure(null, $"'{Path.Combine(_path, name)}' cannot be deleted");
    }

    /// <summary>Gives the folder to a user and group.</summary>
    /// <exception cref="IOException">It could not be done.</exception>
    /// <exception cref="UnauthorizedAccessException">Only root may.</exception>
    public void Give(uint user, uint group) => Give(_handle, user, group);

    /// <summary>Exactly these rights, whatever the umask took away.</summary>
    public void SetRights(UnixFileMode rights)
    {
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(_handle, rights);
    }

    /// <summary>Gives an open file to a user and group; null leaves as it is.</summary>
    /// <exception cref="IOException">It could not be done.</exception>
    /// <exception cref="UnauthorizedAccessException">Only root may; a group also one of its members.</exception>
    public static void Give(SafeFileHandle file, uint? user, uint? group)
    {
        if (ChangeOwner(file, user ?? uint.MaxValue, group ?? uint.MaxValue) != 0) throw Failure(null, "the owner cannot be changed");
    }

    public void Dispose() => _handle.Dispose();

    /// <summary>By the last error of the C library.</summary>
    private static Exception Failure(SafeFileHandle? handle, string what)
    {
        var (error, message) = (Marshal.GetLastPInvokeError(), Marshal.GetLastPInvokeErrorMessage());
        handle?.Dispose();
        return error is NotAllowed or 1 ? new UnauthorizedAccessException($"{what}: {message}") : new IOException($"{what}: {message}");
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle OpenPath(string path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "openat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle OpenAt(SafeFileHandle folder, string name, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "mkdirat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MakeAt(SafeFileHandle folder, string name, uint mode);

    [LibraryImport("libc", EntryPoint = "renameat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int RenameAt(SafeFileHandle from, string oldName, SafeFileHandle to, string newName);

    [LibraryImport("libc", EntryPoint = "unlinkat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int DeleteAt(SafeFileHandle folder, string name, int flags);

    [LibraryImport("libc", EntryPoint = "fchown", SetLastError = true)]
    private static partial int ChangeOwner(SafeFileHandle file, uint user, uint group);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Synchronise(SafeFileHandle file);
}

/// <summary>A link stands where a file or folder must be.</summary>
/// <param name="path">The link.</param>
internal sealed class LinkException(string path) : IOException($"'{path}' is a link, which is not followed: name what it leads to");
