using System.Security.Cryptography;
using DeviceAgent.Credentials.Text;
using DeviceAgent.Settings;
using DeviceAgent.Storage;
using Microsoft.Win32.SafeHandles;

namespace DeviceAgent.Commands.Init;

/// <summary>
/// Puts the configuration in its place, and what came from a folder elsewhere beside it: what lies in somebody's downloads is nothing for a service to use.
/// The configuration comes last: one that is there is whole.
/// </summary>
/// <param name="configuration">The file to be written.</param>
/// <param name="replaces">Whether files that are there, with another content, may be replaced.</param>
internal sealed class Placement(string configuration, bool replaces)
{
    private const int MaxBytes = 1024 * 1024;

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode WithGroup = OwnerOnly | UnixFileMode.GroupRead;
    private const UnixFileMode All = WithGroup | UnixFileMode.OtherRead;

    private readonly List<(string From, string To, byte[] Content, bool IsSecret)> _copies = [];

    private readonly List<(string Key, string File)> _inputs = [];

    private string Folder => Path.GetDirectoryName(configuration)!;

    /// <summary>What will be copied.</summary>
    public IReadOnlyList<(string From, string To, byte[] Content, bool IsSecret)> Copies => _copies;

    /// <summary>The path that the configuration is to have: relative to its folder, where the file is or will be there.</summary>
    /// <param name="file">Absolute.</param>
    /// <param name="name">What a copy is called.</param>
    /// <param name="content">What a copy holds, and whether it is for its owner alone, where the file is in a folder with others; null: it was named by itself and stays where it is.</param>
    public string Place(string file, string name, Func<(byte[] Bytes, bool IsSecret)>? content)
    {
        _inputs.Add((name, file));
        if (Path.GetRelativePath(Folder, file) is var relative && !relative.StartsWith("..", StringComparison.Ordinal) && !Path.IsPathRooted(relative)) return relative;
        if (content is null) return file;
        var (bytes, isSecret) = content();
        _copies.Add((file, Path.Combine(Folder, name), bytes, isSecret));
        return name;
    }

    /// <summary>Why it cannot be done; empty when it can.</summary>
    public IEnumerable<string> Problems()
    {
        if (!Directory.Exists(Folder)) yield return $"there is no folder '{Folder}' for the configuration: make it, or name another file with --output";
        if (Directory.Exists(configuration)) yield return $"'{configuration}' is a folder: name a file with --output";
        foreach (var copy in _copies.Where(c => Directory.Exists(c.To))) yield return $"'{copy.To}', where '{copy.From}' would be copied to, is a folder: move it, or name another folder with --output";
        foreach (var problem in Overwritten()) yield return problem;
        if (replaces) yield break;
        if (Path.Exists(configuration) && !IsTemplate()) yield return $"'{configuration}' is there already: --force replaces it, --output names another file";
        foreach (var (from, to, content, _) in _copies)
        {
            if (Path.Exists(to) && !HasSameContent(to, content)) yield return $"'{to}' is there already, with another content than '{from}': --force replaces it";
        }
    }

    /// <summary>What is needed is never replaced by something else, also where files may be replaced.</summary>
    private IEnumerable<string> Overwritten()
    {
        foreach (var (name, file) in _inputs)
        {
            if (IsSame(configuration, file)) yield return $"'{configuration}' is the device's {name} itself: name another file with --output";
            foreach (var copy in _copies)
            {
                if (copy.From != file && IsSame(copy.To, file)) yield return $"'{copy.To}', where '{copy.From}' would be copied to, is the device's {name}: move it, or name another folder with --output";
            }
        }

        foreach (var copy in _copies)
        {
            if (IsSame(configuration, copy.To)) yield return $"'{configuration}' is where '{copy.From}' is copied to: name another file with --output";
        }
    }

    private static bool IsSame(string one, string other) => one == other || (FileStatus.Of(one) is { } first && FileStatus.Of(other) is { } second && first.IsSame(second));

    /// <summary>Writes all.</summary>
    /// <param name="text">The configuration.</param>
    /// <param name="isSecret">Whether it holds a password.</param>
    /// <exception cref="IOException">It could not be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written to.</exception>
    public void Write(ReadOnlySpan<byte> text, bool isSecret)
    {
        var (mode, give) = RightsOf(isSecret);
        var made = new List<string>();
        try
        {
            foreach (var (_, to, content, secret) in _copies)
            {
                var isNew = !Path.Exists(to);
                DurableFile.Write(to, content, secret ? OwnerOnly : All, Old is null ? null : give);
                if (isNew) made.Add(to);
            }

            DurableFile.Write(configuration, text, mode, give);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            using var _ = ProcessUser.On(Folder);
            foreach (var file in made) File.Delete(file);
            throw;
        }
        finally
        {
            foreach (var copy in _copies) CryptographicOperations.ZeroMemory(copy.Content);
        }
    }

    /// <summary>The configuration that is replaced; a link is none.</summary>
    private FileStatus? Old => FileStatus.Of(configuration, follow: false) is { IsFile: true } old ? old : null;

    /// <summary>As the file is that it replaces, with a password not more than its group may read; a new one of root's for the group of the folder, which the package makes for the service.</summary>
    private (UnixFileMode Mode, Action<SafeFileHandle>? Give) RightsOf(bool isSecret)
    {
        if (Old is { } old) return (isSecret ? ForSecret(old.Rights) : old.Rights, LocalUsers.Own == LocalUsers.Root ? file => FolderHandle.Give(file, old.User, old.Group) : null);
        if (LocalUsers.Own != LocalUsers.Root || FileStatus.Of(Folder) is not { User: LocalUsers.Root } folder) return (OwnerOnly, null);
        if (folder.Group != LocalUsers.Root) return (WithGroup, file => FolderHandle.Give(file, null, folder.Group));
        return (isSecret ? OwnerOnly : All, null);
    }

    private static UnixFileMode ForSecret(UnixFileMode old) =>
        (old & (UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute)) == 0 && old.HasFlag(UnixFileMode.GroupRead) ? WithGroup : OwnerOnly;

    /// <summary>The package's file as it came, in which nothing was filled in.</summary>
    private bool IsTemplate() => SettingsLayers.TryReadFile(configuration, []) is { Values: var values } && new Draft(values, Folder).Text("thingName") is "<THING>";

    private static bool HasSameContent(string file, byte[] content)
    {
        try
        {
            var there = InputFile.Read(file, MaxBytes);
            var same = there.AsSpan().SequenceEqual(content);
            CryptographicOperations.ZeroMemory(there);
            return same;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
