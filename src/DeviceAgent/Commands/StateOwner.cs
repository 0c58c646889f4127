using System.CommandLine;
using DeviceAgent.Storage;

namespace DeviceAgent.Commands;

/// <summary>
/// A command that root runs works in the state directory as its owner: what root made there would be root's, and a link that the owner planted would lead
/// root anywhere. Where there is no state directory yet, it is made for the user whose folder it lies in; where all of that is root's, for root, unless the
/// package's user is there, for whom root's would be of no use.
/// </summary>
internal sealed class StateOwner
{
    /// <summary>The user that the package makes.</summary>
    private const string PackageUser = "device-agent";

    private readonly Option<string?> _user = new("--user")
    {
        Description = "The agent's user: root makes the state directory for it where there is none yet.",
        HelpName = "name",
    };

    public void AddTo(Command command) => command.Add(_user);

    /// <summary>From now on as the owner, where root runs this.</summary>
    /// <exception cref="CommandException">It is not said whose the state directory is to be, or root may not become that user.</exception>
    public void Become(ParseResult parsed, string stateDirectory)
    {
        Require(parsed, stateDirectory);
        Become(stateDirectory);
    }

    /// <summary>Makes the state directory where there is none and root runs this, for the user that is named, or whose it would be; says whose where that is root.</summary>
    /// <exception cref="CommandException">It cannot be told whose it would be, or it cannot be made.</exception>
    public void Require(ParseResult parsed, string stateDirectory)
    {
        if (parsed.GetValue(_user) is { } name) Make(stateDirectory, name);
        else if (ProcessUser.IsRoot && FileStatus.Of(stateDirectory) is null) MakeForItsUser(parsed, stateDirectory);
    }

    private static void MakeForItsUser(ParseResult parsed, string stateDirectory)
    {
        var user = UserOfFolders(stateDirectory);
        if (user == LocalUsers.Root && LocalUsers.IdOf(PackageUser) is not null)
            throw new CommandException($"there is no state directory '{stateDirectory}' yet, and what root makes would belong to root, so that the user {PackageUser} could not use it: start the agent once, or say whose it is to be with --user (--user {PackageUser}; --user root where the agent runs as root)");
        Make(stateDirectory, LocalUsers.Shown(user));
        if (user == LocalUsers.Root)
            parsed.InvocationConfiguration.Error.WriteLine($"note: the state directory '{stateDirectory}' was made for root; where the agent runs as another user: chown -R USER: '{stateDirectory}'");
    }

    /// <summary>The owner of the nearest folder above that there is.</summary>
    private static uint UserOfFolders(string stateDirectory)
    {
        for (var folder = Path.GetDirectoryName(Path.GetFullPath(stateDirectory)); folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (FileStatus.Of(folder) is { } status) return status.User;
        }

        return LocalUsers.Root;
    }

    /// <summary>The same for commands that make nothing where there is no state directory.</summary>
    /// <exception cref="CommandException">Root may not become that user.</exception>
    public static void Become(string stateDirectory)
    {
        try
        {
            var there = FileStatus.Of(stateDirectory);
            ProcessUser.BecomeOwnerOf(stateDirectory);
            if (there is { } folder && FileStatus.Of(stateDirectory) is null)
                throw new CommandException($"the user {LocalUsers.Shown(folder.User)}, to whom the state directory '{stateDirectory}' belongs, may not pass a folder above it: chmod o+x that folder");
        }
        catch (UnauthorizedAccessException e)
        {
            throw new CommandException($"the state directory '{stateDirectory}' belongs to another user: {e.Message}", e);
        }
    }

    private static void Make(string stateDirectory, string name)
    {
        var user = LocalUsers.IdOf(name) ?? throw new CommandException($"there is no user '{name}' in /etc/passwd");
        if (FileStatus.Of(stateDirectory) is { } there)
        {
            if (there.User != user) throw new CommandException($"the state directory '{stateDirectory}' is there already and belongs to {LocalUsers.Shown(there.User)}: leave --user out, or chown it");
            return;
        }

        if (user != LocalUsers.Own && !ProcessUser.IsRoot) throw new CommandException($"only root can make the state directory for {name}");
        var (folder, isNew) = FolderHandle.MakeAsOwner(stateDirectory);
        using var _ = folder;
        if (isNew && user != LocalUsers.Own) folder.Give(user, LocalUsers.GroupOf(LocalUsers.Shown(user)) ?? user);
    }
}
