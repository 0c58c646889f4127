using System.Security.Cryptography;
using DeviceAgent.Credentials.Text;
using DeviceAgent.Storage;

namespace DeviceAgent.Commands.Init;

/// <summary>
/// Files, each read once: what was judged is what is copied, whatever becomes of the file meanwhile. In the folder, which may be another user's than who reads
/// it, no link is followed.
/// </summary>
/// <param name="folder">Absolute; null: there is none.</param>
/// <param name="read">Reads up to so many bytes of a path; null: by the rules above.</param>
internal sealed class SourceFiles(string? folder, Func<string, int, byte[]>? read = null) : IDisposable
{
    private readonly Dictionary<string, byte[]> _contents = new(StringComparer.Ordinal);

    /// <summary>Whether the file lies in the folder, by its path.</summary>
    public bool Holds(string path) => folder is not null && path.StartsWith(Path.TrimEndingDirectorySeparator(folder) + (Path.TrimEndingDirectorySeparator(folder) is "/" ? "" : Path.DirectorySeparatorChar), StringComparison.Ordinal);

    /// <summary>A copy of what the file held when it was read first.</summary>
    /// <param name="path">Absolute.</param>
    /// <param name="maxBytes">A longer one is refused.</param>
    /// <exception cref="IOException">It is missing, too long, no file, or a link of the folder (<see cref="LinkException"/>).</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public byte[] Read(string path, int maxBytes)
    {
        if (!_contents.TryGetValue(path, out var content)) _contents[path] = content = (read ?? ReadNow)(path, maxBytes);
        return content.Length > maxBytes ? throw new FileTooLongException(content.Length) : (byte[])content.Clone();
    }

    public void Dispose()
    {
        foreach (var content in _contents.Values) CryptographicOperations.ZeroMemory(content);
        _contents.Clear();
    }

    private byte[] ReadNow(string path, int maxBytes)
    {
        if (!Holds(path)) return InputFile.Read(path, maxBytes);
        if (!OperatingSystem.IsLinux()) return new FileInfo(path).LinkTarget is null ? InputFile.Read(path, maxBytes) : throw new LinkException(path);

        // To open a device may start what it does.
        if (FileStatus.Of(path, follow: false) is { IsFile: true } || InputFile.KindOf(path) is not { } kind)
        {
            using var opened = FolderHandle.Open(folder!);
            using var file = opened.OpenToRead(Path.GetRelativePath(folder!, path));
            return InputFile.Read(file, maxBytes);
        }

        throw new NotAFileException(kind);
    }
}
