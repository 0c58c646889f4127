namespace DeviceAgent.Local;

/// <summary>A file for its owner only that goes on as <c>audit.log.1</c> when it is full: twice its bound on disk at most.</summary>
internal sealed class AuditFile(string folder, long maxBytes = AuditFile.DefaultMaxBytes)
{
    public const string Name = "audit.log";

    private const long DefaultMaxBytes = 1024 * 1024;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public string Path { get; } = System.IO.Path.Combine(folder, Name);

    /// <exception cref="IOException">The disk is full, read-only or failing.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written to.</exception>
    public void Append(IReadOnlyCollection<byte[]> lines)
    {
        if (File.Exists(Path) && new FileInfo(Path).Length + lines.Sum(l => l.Length) > maxBytes) File.Move(Path, Path + ".1", overwrite: true);
        var options = new FileStreamOptions { Mode = FileMode.Append, Access = FileAccess.Write, BufferSize = 0 };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = OwnerOnly;
        using var file = new FileStream(Path, options);
        file.Write([.. lines.SelectMany(l => l)]);
    }
}
