using DeviceAgent.Hosting;
using DeviceAgent.Settings;
using DeviceAgent.Storage;

namespace DeviceAgent.Commands;

/// <summary>
/// Root may read every file, the user that the agent runs as may not: where root checks a configuration, its files are looked at for the owner of the
/// state directory, too. What the service manager may pass is no error: a warning for certificates, nothing for the private key.
/// </summary>
internal static class OwnerAccess
{
    /// <param name="options">The configuration.</param>
    /// <param name="configuration">Its file.</param>
    public static IEnumerable<(ConfigurationError Problem, bool MayBePassed)> Problems(AgentOptions options, string configuration)
    {
        if (OperatingSystem.IsWindows() || LocalUsers.Own != LocalUsers.Root || LocalUsers.OwnerOf(options.StateDirectory) is not { User: not LocalUsers.Root } owner) yield break;
        var user = LocalUsers.NameOf(owner.User) ?? $"{owner.User}";
        var groups = LocalUsers.GroupsOf(user).Append(owner.Group).ToHashSet();
        foreach (var (key, file, mayBePassed) in Files(options, configuration))
        {
            if (Closed(file, owner.User, groups) is not { } closed) continue;
            var problem = $"the state directory belongs to the user {user}, who may not read this{(closed == file ? "" : $" ('{closed}' is closed to others)")}. If the agent runs as {user}: chgrp {user} {closed}, and give the group the right to read.";
            yield return (new ConfigurationError(key, file, problem), mayBePassed);
        }
    }

    private static IEnumerable<(string Key, string File, bool MayBePassed)> Files(AgentOptions options, string configuration)
    {
        yield return ("--config", Path.GetFullPath(configuration), false);
        if (options.ActiveIdentity == options.Identity && File.Exists(options.Identity.CertificatePath)) yield return ("certificatePath", options.Identity.CertificatePath, true);
        if (options.Identity.CertificateChainPath is { } chain) yield return ("certificateChainPath", chain, true);
        if (options.Credentials.CaPath is { } roots) yield return ("caPath", roots, false);
        foreach (var source in options.Sources.Where(s => File.Exists(s.File))) yield return ($"{source.Section}.file", source.File!, false);
    }

    /// <summary>What of the path is closed to the user, by the modes; null when nothing is.</summary>
    private static string? Closed(string file, uint user, HashSet<uint> groups)
    {
        if (!May(file, user, groups, 4)) return file;
        for (var folder = Path.GetDirectoryName(file); folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (!May(folder, user, groups, 1)) return folder;
        }

        return null;
    }

    /// <param name="path">A file or folder.</param>
    /// <param name="user">Who.</param>
    /// <param name="groups">The groups of that user.</param>
    /// <param name="right">4: to read, 1: to pass.</param>
    private static bool May(string path, uint user, HashSet<uint> groups, int right)
    {
        if (OperatingSystem.IsWindows() || LocalUsers.OwnerOf(path) is not { } owner) return true;
        var shift = owner.User == user ? 6 : groups.Contains(owner.Group) ? 3 : 0;
        return (((int)File.GetUnixFileMode(path) >> shift) & right) != 0;
    }
}
