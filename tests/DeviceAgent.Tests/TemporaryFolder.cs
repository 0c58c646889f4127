namespace DeviceAgent.Tests;

/// <summary>A folder of its own for a test, gone afterwards.</summary>
public sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("device-agent-").FullName;

    public string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Writes a file, making the folders on the way.</summary>
    public string Write(string name, string text)
    {
        var path = File(name);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        System.IO.File.WriteAllText(path, text);
        return path;
    }

    /// <summary>Makes a named pipe, which nobody reads or writes: who opens it without care waits for ever.</summary>
    public string Pipe(string name)
    {
        using var mkfifo = System.Diagnostics.Process.Start("mkfifo", File(name));
        mkfifo.WaitForExit();
        Assert.Equal(0, mkfifo.ExitCode);
        return File(name);
    }

    /// <summary>Until it is disposed the file cannot be opened, by root neither: a link to itself is in its place.</summary>
    public static IDisposable Unreadable(string path) => new Hidden(path);

    public void Dispose() => Directory.Delete(Path, recursive: true);

    private sealed class Hidden : IDisposable
    {
        private readonly string _path;
        private readonly byte[] _content;

        public Hidden(string path)
        {
            (_path, _content) = (path, System.IO.File.ReadAllBytes(path));
            System.IO.File.Delete(path);
            System.IO.File.CreateSymbolicLink(path, path);
        }

        public void Dispose()
        {
            System.IO.File.Delete(_path);
            System.IO.File.WriteAllBytes(_path, _content);
        }
    }
}
