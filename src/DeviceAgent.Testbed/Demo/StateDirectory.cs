using System.Globalization;

namespace DeviceAgent.Testbed.Demo;

/// <summary>
/// The testbed's folder: the one asked for, or a temporary one, removed when all went well. It is locked: two testbeds in one folder would spoil each other's tables and
/// devices. The kernel frees the lock when the process ends, however it does.
/// </summary>
internal sealed class StateDirectory : IDisposable
{
    private const string LockName = "testbed.lock";

    /// <summary>Beside the lock, which nobody else can open while it is held.</summary>
    private const string ProcessName = "testbed.pid";

    private const int WouldBlock = 11;

    private readonly FileStream _lock;

    private StateDirectory(string path, bool isTemporary)
    {
        Path = path;
        IsTemporary = isTemporary;
        _lock = Lock(path);
        File.WriteAllText(ProcessFile, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
    }

    public string Path { get; }

    /// <summary>Whether it goes when the testbed ends.</summary>
    public bool IsTemporary { get; private set; }

    private string ProcessFile => System.IO.Path.Combine(Path, ProcessName);

    /// <exception cref="StateDirectoryInUseException">Another testbed runs in it.</exception>
    public static StateDirectory Open(string? path)
    {
        if (path is null) return new StateDirectory(Directory.CreateTempSubdirectory("device-agent-testbed-").FullName, isTemporary: true);
        var full = System.IO.Path.GetFullPath(path);
        Directory.CreateDirectory(full);
        return new StateDirectory(full, isTemporary: false);
    }

    /// <summary>Leaves a temporary folder where it is, for a look at the logs.</summary>
    public void Keep() => IsTemporary = false;

    public void Dispose()
    {
        File.Delete(ProcessFile);
        _lock.Dispose();
        if (IsTemporary) Directory.Delete(Path, recursive: true);
    }

    private static FileStream Lock(string path)
    {
        try
        {
            return new FileStream(System.IO.Path.Combine(path, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (e.HResult == WouldBlock)
        {
            var holder = System.IO.Path.Combine(path, ProcessName);
            throw new StateDirectoryInUseException(path, File.Exists(holder) ? File.ReadAllText(holder) : null, e);
        }
    }
}

/// <summary>Another testbed runs in the folder.</summary>
internal sealed class StateDirectoryInUseException(string path, string? process, Exception inner)
    : Exception($"Another testbed{(process is null ? "" : $" (process {process})")} runs in the folder {path}: stop it, or choose another folder with --state.", inner);
