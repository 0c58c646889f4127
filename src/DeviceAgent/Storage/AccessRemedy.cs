namespace DeviceAgent.Storage;

/// <summary>What a user does who may not reach a file that the members of its group may.</summary>
internal static class AccessRemedy
{
    /// <summary>E.g. <c>sudo usermod -aG device-agent pi, then log in again; or run this by sudo</c>.</summary>
    /// <param name="path">The file, folder or socket.</param>
    public static string For(string path) => For(path, LocalUsers.Own);

    /// <param name="path">The file, folder or socket.</param>
    /// <param name="user">Who may not.</param>
    internal static string For(string path, uint user)
    {
        const string bySudo = "run this by sudo";
        if (Closed(path, user) is not { } closed || closed.Group == LocalUsers.Root || !IsOpenToGroup(closed) || LocalUsers.GroupNameOf(closed.Group) is not { } group) return bySudo;
        var name = LocalUsers.Shown(user);
        return LocalUsers.GroupsOf(name).Contains(closed.Group)
            ? $"{name} is in the group {group}, which counts from the next login on"
            : $"sudo usermod -aG {group} {name}, then log in again; or {bySudo}";
    }

    /// <summary>The first thing on the way that is closed to others than owner and group; null when none is, or it cannot be told.</summary>
    private static FileStatus? Closed(string path, uint user)
    {
        var at = "/";
        foreach (var part in Path.GetFullPath(path).Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            at = Path.Combine(at, part);
            if (FileStatus.Of(at) is not { } status) return null;
            if (status.User != user && ((int)status.Rights & Needed(status)) == 0) return status;
        }

        return null;
    }

    private static bool IsOpenToGroup(FileStatus status) => (((int)status.Rights >> 3) & Needed(status)) != 0;

    /// <summary>To pass a folder, read a file, connect to a socket.</summary>
    private static int Needed(FileStatus status) => status.IsFolder ? 1 : status.IsFile ? 4 : 2;
}
