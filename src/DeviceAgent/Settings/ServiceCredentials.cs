using System.Collections;

namespace DeviceAgent.Settings;

/// <summary>The files that the service manager passes to the agent alone: <c>LoadCredential=</c> of systemd.</summary>
/// <param name="Folder">Where they are, absolute; null: none are passed.</param>
internal sealed record ServiceCredentials(string? Folder)
{
    public const string VariableName = "CREDENTIALS_DIRECTORY";

    private const UnixFileMode NotGuarded = UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    public static ServiceCredentials None { get; } = new((string?)null);

    public static ServiceCredentials From(IDictionary environment) =>
        environment[VariableName] is string folder && Path.IsPathFullyQualified(folder) ? new ServiceCredentials(Path.GetFullPath(folder)) : None;

    /// <summary>
    /// The path of a credential; null when there is none of that name, or an empty one, by which a unit says that it may be missing: with
    /// <c>SetCredential=NAME:\n</c>, a line end, because systemd takes no value that is empty.
    /// </summary>
    /// <param name="name">As in the configuration; only a mere name can be a credential's.</param>
    public string? Find(string name) =>
        Folder is not null && Path.GetFileName(name) == name && new FileInfo(Path.Combine(Folder, name)) is { Exists: true, Length: > 1 } file ? file.FullName : null;

    /// <summary>
    /// Whether the file is one of them, with the rights that systemd gives: its owner's alone, and where an access list lets the agent's user read,
    /// that shows as the group's right. The folder is closed to all others.
    /// </summary>
    public bool Guards(string path)
    {
        if (OperatingSystem.IsWindows() || Folder is null || Path.GetDirectoryName(path) != Path.TrimEndingDirectorySeparator(Folder)) return false;
        try
        {
            return (File.GetUnixFileMode(path) & NotGuarded) == 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
