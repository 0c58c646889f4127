using DeviceAgent.Local;

namespace DeviceAgent.Commands;

/// <summary>The folder of the token files, as commands change it.</summary>
internal sealed class ClientFolder(string folder, string stateDirectory)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Others can open what they may read in it, and not see what there is.</summary>
    private const UnixFileMode PassThrough = OwnerOnly | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <returns>The path of the new token file.</returns>
    /// <exception cref="CommandException">There is such a client already, or the name or the group cannot be one.</exception>
    public string Add(string client, string? group)
    {
        var path = PathOf(client);
        if (File.Exists(path)) throw new CommandException($"there is a client '{client}' already; for a new token revoke it first");
        if (List().Count >= ClientTokens.MaxClients) throw new CommandException($"there are {ClientTokens.MaxClients} clients already, which is the most; revoke those that are not used");
        uint? groupId = group is null ? null : LocalUsers.GroupIdOf(group) ?? throw new CommandException($"there is no group '{group}' in /etc/group");
        MakeFolders();
        ClientToken.Create(path);
        try
        {
            Give(path, groupId);
            return path;
        }
        catch (CommandException)
        {
            File.Delete(path);
            throw;
        }
    }

    public IReadOnlyList<(string Client, string Path, string? Problem)> List() => !Directory.Exists(folder) ? [] :
    [
        .. Directory.GetFiles(folder, "*" + ClientToken.Extension)
            .Select(p => (Client: Path.GetFileNameWithoutExtension(p), Path: p)).Where(c => ClientToken.IsName(c.Client)).OrderBy(c => c.Client, StringComparer.Ordinal)
            .Select(c => (c.Client, c.Path, ClientToken.Read(c.Path).Problem)),
    ];

    /// <exception cref="CommandException">There is no such client.</exception>
    public void Revoke(string client)
    {
        var path = PathOf(client);
        if (!File.Exists(path)) throw new CommandException($"there is no client '{client}'; 'device-agent clients list' names those there are");
        File.Delete(path);
    }

    /// <summary>The folder on the way that programs of other users cannot pass; null when they can.</summary>
    public string? FindObstacle()
    {
        if (OperatingSystem.IsWindows()) return null;
        for (var at = new DirectoryInfo(folder); at is not null; at = at.Parent)
        {
            if ((at.UnixFileMode & UnixFileMode.OtherExecute) == 0)
                return $"only the owner (and perhaps the group) of '{at.FullName}' can pass it: a program of another user cannot read the token there. Set credentials.clientsDirectory to a folder that it can reach, or chmod o+x '{at.FullName}'";
        }

        return null;
    }

    private string PathOf(string client) => ClientToken.IsName(client)
        ? ClientToken.PathOf(folder, client)
        : throw new CommandException($"'{client}' cannot be a client's name: 1 to 64 of A-Z a-z 0-9 . _ -, not beginning with a dot");

    private void MakeFolders()
    {
        if (Directory.Exists(folder)) return;
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
            return;
        }

        Directory.CreateDirectory(stateDirectory, OwnerOnly);
        Directory.CreateDirectory(folder, PassThrough);

        // The umask may have taken rights away.
        File.SetUnixFileMode(folder, PassThrough);
        Give(folder, null);
    }

    /// <summary>What root makes belongs to the agent's user, who owns the state directory: the agent must be able to read it.</summary>
    private void Give(string path, uint? group)
    {
        var owner = LocalUsers.Own == LocalUsers.Root ? LocalUsers.OwnerOf(stateDirectory) : null;
        if (owner is null && group is null) return;
        if (LocalUsers.SetOwner(path, owner?.User, group ?? owner?.Group) is { } problem)
            throw new CommandException($"'{path}' cannot be given to its owner and group: {problem}; run this as root, or as a member of the group");
    }
}
