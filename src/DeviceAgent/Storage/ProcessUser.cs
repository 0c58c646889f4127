using System.Runtime.InteropServices;

namespace DeviceAgent.Storage;

/// <summary>
/// Whose rights this process works with. Root in a folder of somebody weaker would follow every link that is planted there; as the folder's owner it can
/// do no more than the owner could. The kernel keeps the user for all threads together, so this is for commands and for the start, one thing at a time.
/// </summary>
internal static partial class ProcessUser
{
    private const int SetDumpable = 4;

    /// <summary>Who started the process.</summary>
    private static Account _caller = Account.OfThisProcess();

    private static Account _current = _caller;
    private static bool _isSettled;

    /// <summary>Whether root started it and it can become everybody.</summary>
    public static bool IsRoot => !_isSettled && _caller.User == LocalUsers.Root;

    /// <summary>No core dump, no debugger, no reading of /proc/PID/mem by anybody but root (PR_SET_DUMPABLE 0). A change of the user takes it back.</summary>
    public static void ForbidInspection()
    {
        if (OperatingSystem.IsLinux()) _ = Control(SetDumpable, 0, 0, 0, 0);
    }

    /// <summary>From now on with the rights of the folder's owner, where root runs this and the folder is another user's.</summary>
    /// <exception cref="UnauthorizedAccessException">The kernel does not let it.</exception>
    public static void BecomeOwnerOf(string folder)
    {
        if (OwnerOf(folder) is { } owner) Become(owner);
    }

    /// <summary>The same for good: no way leads back, and nothing changes the user any more, as is right where many threads work.</summary>
    /// <returns>The name of the owner; null where nothing had to change.</returns>
    /// <exception cref="UnauthorizedAccessException">The kernel does not let it.</exception>
    public static string? BecomeOwnerForGood(string folder)
    {
        if (OwnerOf(folder) is not { } owner)
        {
            _isSettled = true;
            return null;
        }

        Become(owner);
        if (SetEffectiveUser(LocalUsers.Root) != 0 || SetGroupForGood(owner.Group, owner.Group, owner.Group) != 0 || SetUserForGood(owner.User, owner.User, owner.User) != 0)
            throw Refused(owner);
        ForbidInspection();
        (_caller, _isSettled) = (owner, true);
        return LocalUsers.Shown(owner.User);
    }

    /// <summary>With the rights of the folder's owner until it is disposed, where root runs this and the folder is another user's.</summary>
    /// <exception cref="UnauthorizedAccessException">The kernel does not let it.</exception>
    public static IDisposable AsOwnerOf(string folder) => new Scope(OwnerOf(folder) ?? _caller);

    /// <summary>
    /// The same for a folder that may lie in one of somebody weaker, who could put a link in its place: with the rights of the last user on the way who is not
    /// root.
    /// </summary>
    /// <exception cref="UnauthorizedAccessException">The kernel does not let it.</exception>
    public static IDisposable On(string folder) => new Scope(OwnerOf(folder) ?? WeakestOf(folder) ?? _caller);

    /// <summary>With the rights of who started the process until it is disposed.</summary>
    public static IDisposable AsCaller() => new Scope(_caller);

    /// <summary>Null where root need not become anybody.</summary>
    private static Account? OwnerOf(string folder)
    {
        if (!IsRoot) return null;

        // Where a link of somebody else leads to it, he is whose it is here: the folder may be of a third user, or root's.
        return Way(folder).Where(p => !p.IsFolder && p.User != LocalUsers.Root).Select(l => Account.Of(l.User, l.Group)).FirstOrDefault()
            ?? (FileStatus.Of(folder) is { User: not LocalUsers.Root } status ? Account.Of(status.User, status.Group) : null);
    }

    /// <summary>Whose a folder or link on the way is, the last one that is not root's; null where all is root's.</summary>
    private static Account? WeakestOf(string folder) =>
        IsRoot ? Way(folder).Where(p => p.User != LocalUsers.Root).Select(p => Account.Of(p.User, p.Group)).FirstOrDefault() : null;

    /// <summary>What there is of a path, from its end up, links as they are.</summary>
    private static IEnumerable<FileStatus> Way(string path)
    {
        for (var part = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)); part is not null; part = Path.GetDirectoryName(part))
        {
            if (FileStatus.Of(part, follow: false) is { } status) yield return status;
        }
    }

    private static void Become(Account other)
    {
        if (other.User == _current.User && other.Group == _current.Group) return;

        // What is loaded later may lie where only root can look.
        SQLitePCL.Batteries_V2.Init();
        if (SetEffectiveUser(LocalUsers.Root) != 0 || SetGroups((nuint)other.Groups.Length, other.Groups) != 0 || SetEffectiveGroup(other.Group) != 0 || SetEffectiveUser(other.User) != 0)
            throw Refused(other);
        _current = other;

        // The kernel lets the new user look into a process that has changed to him, and dump its memory.
        ForbidInspection();
    }

    private static UnauthorizedAccessException Refused(Account other)
    {
        if (!LocalUsers.IsKnown(other.User))
            return new UnauthorizedAccessException("a user of the host whom this container does not know (/proc/self/uid_map): start it with a map that has him, or chown the folder on the host to a user whom it knows");
        var (problem, user) = (Marshal.GetLastPInvokeErrorMessage(), LocalUsers.Shown(other.User));
        return new UnauthorizedAccessException($"root cannot become the user {user} ({problem}): run this as {user}");
    }

    private sealed class Scope : IDisposable
    {
        private readonly Account _before = _current;

        public Scope(Account other) => Become(other);

        public void Dispose() => Become(_before);
    }

    private sealed record Account(uint User, uint Group, uint[] Groups)
    {
        public static Account Of(uint user, uint group)
        {
            var name = LocalUsers.NameOf(user);

            // The folder's group need not be one of the user's; root's is none.
            var own = name is not null && LocalUsers.GroupOf(name) is { } first ? first : group == LocalUsers.Root ? user : group;
            return new Account(user, own, [.. (name is null ? [] : LocalUsers.GroupsOf(name)).Append(own).Distinct()]);
        }

        public static Account OfThisProcess()
        {
            if (!OperatingSystem.IsLinux()) return new Account(uint.MaxValue, uint.MaxValue, []);
            var groups = new uint[Math.Max(0, GetGroups(0, []))];
            return new Account(EffectiveUser(), EffectiveGroup(), GetGroups(groups.Length, groups) >= 0 ? groups : []);
        }
    }

    [LibraryImport("libc", EntryPoint = "prctl")]
    private static partial int Control(int option, nuint second, nuint third, nuint fourth, nuint fifth);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUser();

    [LibraryImport("libc", EntryPoint = "getegid")]
    private static partial uint EffectiveGroup();

    [LibraryImport("libc", EntryPoint = "getgroups")]
    private static partial int GetGroups(int size, Span<uint> groups);

    [LibraryImport("libc", EntryPoint = "seteuid", SetLastError = true)]
    private static partial int SetEffectiveUser(uint user);

    [LibraryImport("libc", EntryPoint = "setegid", SetLastError = true)]
    private static partial int SetEffectiveGroup(uint group);

    [LibraryImport("libc", EntryPoint = "setgroups", SetLastError = true)]
    private static partial int SetGroups(nuint count, ReadOnlySpan<uint> groups);

    [LibraryImport("libc", EntryPoint = "setresuid", SetLastError = true)]
    private static partial int SetUserForGood(uint real, uint effective, uint saved);

    [LibraryImport("libc", EntryPoint = "setresgid", SetLastError = true)]
    private static partial int SetGroupForGood(uint real, uint effective, uint saved);
}
