namespace DeviceAgent.Credentials.Tests.Fixtures;

/// <summary>A folder of its own, removed with everything in it.</summary>
internal sealed class TestFolder : IDisposable
{
    private readonly string _path = Directory.CreateTempSubdirectory("device-credentials-").FullName;

    public string PathOf(string name) => Path.Combine(_path, name);

    /// <summary>A file that only its owner may read.</summary>
    public string Write(string name, string content, UnixFileMode mode = UnixFileMode.UserRead | UnixFileMode.UserWrite) =>
        Write(name, System.Text.Encoding.UTF8.GetBytes(content), mode);

    public string Write(string name, byte[] content, UnixFileMode mode = UnixFileMode.UserRead | UnixFileMode.UserWrite)
    {
        var path = PathOf(name);
        File.WriteAllBytes(path, content);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, mode);
        return path;
    }

    public void Dispose() => Directory.Delete(_path, recursive: true);
}
