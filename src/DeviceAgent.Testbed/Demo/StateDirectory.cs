namespace DeviceAgent.Testbed.Demo;

/// <summary>The folder that everything of the testbed lives in: the one asked for, or a temporary one that goes away when all went well.</summary>
internal sealed class StateDirectory : IDisposable
{
    private bool _remove;

    private StateDirectory(string path, bool remove)
    {
        Path = path;
        _remove = remove;
    }

    public string Path { get; }

    public static StateDirectory Open(string? path)
    {
        if (path is null) return new StateDirectory(Directory.CreateTempSubdirectory("device-agent-testbed-").FullName, remove: true);
        var full = System.IO.Path.GetFullPath(path);
        Directory.CreateDirectory(full);
        return new StateDirectory(full, remove: false);
    }

    /// <summary>Leaves a temporary folder where it is, for a look at the logs.</summary>
    public void Keep() => _remove = false;

    public void Dispose()
    {
        if (_remove) Directory.Delete(Path, recursive: true);
    }
}
