using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace DeviceAgent.Storage;

/// <summary>
/// The agent's state directory, held by a lock on a file of its own (<c>agent.lock</c>, flock) from before anything else in it is looked at until the process
/// ends: two agents in one directory would take each other's files for damaged. Where the lock cannot be taken because the medium or the rights do not allow
/// it, the agent runs without it and tries again. Not safe for use by two threads at once.
/// </summary>
internal sealed partial class StateDirectory : IDisposable
{
    public const string LockName = "agent.lock";

    /// <summary>Of the agent's files the one whose owner and mode are watched with the folder's.</summary>
    private const string SpoolName = "spool.db";

    private const int ExclusiveWithoutWaiting = 2 | 4;
    private const int WouldBlock = 11;

    /// <summary>A lock file that is removed between open and lock is made again, so often.</summary>
    private const int Attempts = 10;

    /// <summary>The beginnings of the names of the agent's own files, which nobody else need read.</summary>
    private static readonly string[] OwnFiles = [LockName, "credentials.lock", "spool.", "audit.log", "control.json", "certificate.json", "clock.json", "role-alias.json", "sensors.json", "reduction.json", "traffic.json", "history.json"];

    private readonly string _lockPath;
    private readonly string _spoolPath;
    private SafeFileHandle? _lock;
    private FileStatus _locked;
    private (FileStatus? Folder, FileStatus? Spool) _judged;

    private StateDirectory(string path) => (Path, _lockPath, _spoolPath) = (path, System.IO.Path.Combine(path, LockName), System.IO.Path.Combine(path, SpoolName));

    public string Path { get; }

    /// <summary>Why it is not held; null while it is.</summary>
    public string? Problem { get; private set; }

    /// <summary>Takes it, and makes it where it is missing.</summary>
    /// <exception cref="StateDirectoryInUseException">Another process has it.</exception>
    public static StateDirectory Open(string path)
    {
        var directory = new StateDirectory(path);
        directory.Hold();
        return directory;
    }

    /// <summary>Takes it unless it is held: for the first time, or where it was removed or moved meanwhile.</summary>
    /// <exception cref="StateDirectoryInUseException">Another process has it.</exception>
    public void Hold()
    {
        if (!OperatingSystem.IsLinux() || IsHeld) return;
        try
        {
            PrivateFolder.Make(Path);
            var (handle, status) = TakeLock();
            _lock?.Dispose();
            (_lock, _locked, Problem) = (handle, status, null);
            NoteProcess(handle);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Problem = $"{e.Message.TrimEnd('.')}: {Remedy()}";
        }
    }

    /// <summary>
    /// What is wrong with owner and rights of the folder and the agent's files in it, each with the command that mends it; files of this user that others may
    /// read are tightened. Nothing where nothing has changed since it was last asked.
    /// </summary>
    public IReadOnlyList<string> Examine()
    {
        if (Look() == _judged) return [];
        IReadOnlyList<string> problems = FileStatus.Of(Path) is { } folder ? [.. Judge(folder)] : [];

        // As it is now that the rights are tightened.
        _judged = Look();
        return problems;
    }

    private (FileStatus? Folder, FileStatus? Spool) Look() => (Unmeasured(FileStatus.Of(Path)), Unmeasured(FileStatus.Of(_spoolPath, follow: false)));

    /// <summary>That it has grown says nothing of owner and rights.</summary>
    private static FileStatus? Unmeasured(FileStatus? status) => status is { } there ? there with { Length = 0 } : null;

    public void Dispose() => _lock?.Dispose();

    private bool IsHeld => _lock is not null && FileStatus.Of(_lockPath, follow: false) is { } there && there.IsSame(_locked);

    private (SafeFileHandle Handle, FileStatus Status) TakeLock()
    {
        using var folder = FolderHandle.Open(Path);
        for (var attempt = 1; ; attempt++)
        {
            var handle = folder.OpenLock(LockName);
            try
            {
                var status = FileStatus.Of(handle) ?? throw new IOException($"'{_lockPath}' cannot be looked at");
                if (!status.IsFile) throw new IOException($"'{_lockPath}' is no file");
                if (status.User != LocalUsers.Own && status.User != LocalUsers.Root)
                    throw new IOException($"'{_lockPath}' belongs to the user {LocalUsers.Shown(status.User)}, who could hold it for ever");
                if (Lock(handle, ExclusiveWithoutWaiting) != 0)
                {
                    if (Marshal.GetLastPInvokeError() == WouldBlock) throw new StateDirectoryInUseException(Path, HolderOf(status.Inode) ?? NotedProcess());
                    throw new IOException($"'{_lockPath}' cannot be locked ({Marshal.GetLastPInvokeErrorMessage()})");
                }

                if (FileStatus.Of(_lockPath, follow: false) is { } there && there.IsSame(status)) return (handle, status);
                if (attempt == Attempts) throw new IOException($"'{_lockPath}' is replaced again and again");
            }
            catch
            {
                handle.Dispose();
                throw;
            }

            handle.Dispose();
        }
    }

    /// <summary>Who holds a lock on the file, as the kernel lists it; null where it does not say.</summary>
    private static int? HolderOf(ulong inode)
    {
        try
        {
            // 1: FLOCK  ADVISORY  WRITE 1234 08:01:5678 0 EOF
            var end = $":{inode.ToString(CultureInfo.InvariantCulture)}";
            return File.ReadLines("/proc/locks").Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .Where(f => f.Length > 5 && f[1] == "FLOCK" && f[5].EndsWith(end, StringComparison.Ordinal))
                .Select(f => int.TryParse(f[4], NumberStyles.None, CultureInfo.InvariantCulture, out var process) && process > 0 ? process : (int?)null)
                .FirstOrDefault(p => p is not null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>What the one that has the lock wrote into it; of another container it may be the number there.</summary>
    private int? NotedProcess()
    {
        try
        {
            using var folder = FolderHandle.Open(Path);
            using var file = folder.OpenLock(LockName);
            Span<byte> content = stackalloc byte[16];
            var text = Encoding.ASCII.GetString(content[..RandomAccess.Read(file, content, 0)]);
            return int.TryParse(text, NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var process) ? process : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static void NoteProcess(SafeFileHandle file)
    {
        try
        {
            RandomAccess.SetLength(file, 0);
            RandomAccess.Write(file, Encoding.ASCII.GetBytes($"{Environment.ProcessId}\n"), 0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A full or read-only disk: the lock holds all the same.
        }
    }

    private IEnumerable<string> Judge(FileStatus folder)
    {
        var (own, user) = (LocalUsers.Own, LocalUsers.Shown(LocalUsers.Own));
        if (folder.User != own) yield return $"the state directory '{Path}' belongs to the user {LocalUsers.Shown(folder.User)}, the agent runs as {user}: chown -R {user}: '{Path}'";
        else if (folder.IsWritableByOthers) yield return $"other users may make, replace and delete files in the state directory '{Path}' (mode {folder.Octal}): chmod 700 '{Path}'";
        foreach (var file in Files())
        {
            PrivateFile.Tighten(file);
            if (FileStatus.Of(file, follow: false) is not { } status) continue;
            if (status.User != own && own != LocalUsers.Root) yield return $"'{file}' belongs to the user {LocalUsers.Shown(status.User)}, the agent runs as {user}: chown {user}: '{file}'";
            else if (status.User != own && status.User != LocalUsers.Root) yield return $"'{file}' belongs to the user {LocalUsers.Shown(status.User)}, who can change it: chown {user}: '{file}'";
            else if (!status.IsFile) yield return $"'{file}' is no file, but {NoFile(file, status)}";
            else if (status.IsWritableByOthers) yield return $"other users may write to '{file}' (mode {status.Octal}): chmod 600 '{file}'";
        }
    }

    private IEnumerable<string> Files()
    {
        try
        {
            return [.. Directory.EnumerateFileSystemEntries(Path).Where(f => OwnFiles.Any(o => System.IO.Path.GetFileName(f).StartsWith(o, StringComparison.Ordinal))).Order(StringComparer.Ordinal)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>What the operator can do about a lock that cannot be taken.</summary>
    private string Remedy()
    {
        var user = LocalUsers.Shown(LocalUsers.Own);
        if (FileStatus.Of(Path) is not { } folder) return $"install -d -m 700 -o {user} '{Path}'";
        if (folder.User != LocalUsers.Own) return $"the folder belongs to the user {LocalUsers.Shown(folder.User)}, the agent runs as {user}: chown -R {user}: '{Path}'";
        return FileStatus.Of(_lockPath, follow: false) switch
        {
            { IsFile: false } other => $"it is {NoFile(_lockPath, other)}",
            { } there when there.User != LocalUsers.Own => $"chown {user}: '{_lockPath}'",
            _ => "check the disk and the rights of the folder",
        };
    }

    /// <summary>What lies in the place of a file, and how to be rid of it.</summary>
    private static string NoFile(string path, FileStatus status) => status.IsFolder
        ? $"a folder: look at what is in it, then rmdir '{path}', or move it out of '{System.IO.Path.GetDirectoryName(path)}'"
        : $"a link or something else that somebody has put there: rm '{path}'";

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int Lock(SafeFileHandle file, int operation);
}

/// <summary>Another process works on the state directory.</summary>
internal sealed class StateDirectoryInUseException : Exception
{
    public StateDirectoryInUseException()
    {
    }

    public StateDirectoryInUseException(string message) : base(message)
    {
    }

    public StateDirectoryInUseException(string message, Exception innerException) : base(message, innerException)
    {
    }

    /// <param name="path">The state directory.</param>
    /// <param name="process">Its number; null where that is not known.</param>
    public StateDirectoryInUseException(string path, int? process)
        : base($"another process has the state directory '{path}'{(process is { } id ? $", process {id}" : "")}: only one agent may use it; stop the other one, or give this one its own stateDirectory")
    {
    }
}
