using System.CommandLine;
using DeviceAgent.Hosting;
using DeviceAgent.Local;
using DeviceAgent.Storage;
using Microsoft.Win32.SafeHandles;

namespace DeviceAgent.Commands;

/// <summary><c>device-agent clients add|list|revoke|rotate</c>: who may ask on credentials.port. A running agent knows at the next request.</summary>
internal static class ClientsCommand
{
    private const string NoPort = "credentials.port is not set: the agent hands out no credentials by tokens. Set it, restart the agent, and add the client then";

    private const string PickUp = """
        Programs with AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE read the file again at their next renewal: nothing to do. Those that were given the token itself
        (AWS_CONTAINER_AUTHORIZATION_TOKEN) must be given the new one and restarted. Credentials that were handed out with the old token are good until they
        expire; to end them now, revoke the sessions of the role in IAM.
        """;

    public static Command Create() =>
        new("clients", "Programs that get credentials on credentials.port, each by a token of its own. Works while the agent runs and takes effect at once.") { Add(), List(), Revoke(), Rotate() };

    private static Command Add()
    {
        var name = Name();
        var group = new Option<string?>("--group") { Description = "The group whose members can read the token file: the one that the program runs in. By default the state directory's.", HelpName = "name" };
        var command = new Command("add", "Makes a token for a program and prints the lines for its environment.") { name, group };
        return WithFolder(command, async (clients, options, parsed) =>
        {
            var port = options.LocalCredentials.Port!.Value;
            var path = clients.Add(parsed.GetRequiredValue(name), parsed.GetValue(group));
            var (output, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
            await output.WriteLineAsync($"AWS_CONTAINER_CREDENTIALS_FULL_URI=http://127.0.0.1:{port}{CredentialsEndpoint.Path}").ConfigureAwait(false);
            await output.WriteLineAsync($"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE={path}").ConfigureAwait(false);
            // The SDKs read the first, versions of the AWS CLI only the second.
            await output.WriteLineAsync($"AWS_REGION={options.Table.Region}").ConfigureAwait(false);
            await output.WriteLineAsync($"AWS_DEFAULT_REGION={options.Table.Region}").ConfigureAwait(false);
            if (clients.FindObstacle() is { } obstacle) await error.WriteLineAsync($"note: {obstacle}").ConfigureAwait(false);
            return ExitCode.Ok;
        }, makesFolders: true, obstacle: (options, parsed) => options.LocalCredentials.Port is null ? NoPort
            : ClientFolder.NameProblem(parsed.GetRequiredValue(name)) ?? ClientFolder.GroupProblem(parsed.GetValue(group)));
    }

    private static Command List() => WithFolder(new Command("list", "Names the clients with their token files, and what is wrong with one."), async (clients, _, parsed) =>
    {
        foreach (var (client, path, problem) in clients.List()) await parsed.InvocationConfiguration.Output.WriteLineAsync($"{client}\t{path}\t{problem ?? "ok"}").ConfigureAwait(false);
        return ExitCode.Ok;
    });

    private static Command Revoke()
    {
        var name = Name();
        return WithFolder(new Command("revoke", "Removes a program's token: it is refused from now on.") { name }, async (clients, _, parsed) =>
        {
            clients.Revoke(parsed.GetRequiredValue(name));
            await parsed.InvocationConfiguration.Output.WriteLineAsync("revoked; what the program holds already is good until it expires").ConfigureAwait(false);
            return ExitCode.Ok;
        });
    }

    private static Command Rotate()
    {
        var name = new Argument<string?>("name") { Description = "The program's name.", Arity = ArgumentArity.ZeroOrOne };
        var all = new Option<bool>("--all") { Description = "The tokens of all programs." };
        var command = new Command("rotate", "Replaces a program's token: the old one is refused from now on. For when it may be known to somebody else.") { name, all };
        command.Validators.Add(result =>
        {
            if (result.GetValue(all) == (result.GetValue(name) is not null)) result.AddError("Name one program, or say --all.");
        });
        return WithFolder(command, async (clients, _, parsed) =>
        {
            var (output, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
            var exit = ExitCode.Ok;
            var rotated = parsed.GetValue(name) is { } one ? [one] : clients.List().Select(c => c.Client).ToList();
            foreach (var client in rotated)
            {
                try
                {
                    var path = clients.Rotate(client);
                    await output.WriteLineAsync($"{client}\t{path}\tnew token; the old one is refused from now on").ConfigureAwait(false);
                }
                catch (Exception e) when (e is CommandException or IOException or UnauthorizedAccessException)
                {
                    await error.WriteLineAsync($"device-agent: {e.Message}").ConfigureAwait(false);
                    exit = ExitCode.Failure;
                }
            }

            await output.WriteLineAsync(PickUp).ConfigureAwait(false);
            return exit;
        });
    }

    private static Argument<string> Name() => new("name") { Description = "The program's name: 1 to 64 of A-Z a-z 0-9 . _ -, not beginning with a dot." };

    /// <param name="command">What it is added to.</param>
    /// <param name="action">What is done.</param>
    /// <param name="makesFolders">Whether the folders are made where there are none.</param>
    /// <param name="obstacle">Why it is not done, asked before anything is made.</param>
    private static Command WithFolder(
        Command command, Func<ClientFolder, AgentOptions, ParseResult, Task<ExitCode>> action, bool makesFolders = false, Func<AgentOptions, ParseResult, string?>? obstacle = null)
    {
        var arguments = new ConfigurationArguments();
        var owner = makesFolders ? new StateOwner() : null;
        owner?.AddTo(command);
        arguments.AddTo(command);
        command.SetAction(async (parsed, _) => (int)await RunAsync(arguments, owner, parsed, obstacle, action).ConfigureAwait(false));
        return command;
    }

    private static async Task<ExitCode> RunAsync(
        ConfigurationArguments arguments, StateOwner? owner, ParseResult parsed, Func<AgentOptions, ParseResult, string?>? obstacle, Func<ClientFolder, AgentOptions, ParseResult, Task<ExitCode>> action)
    {
        if (arguments.TryLoadOptions(parsed) is not { } options) return ExitCode.BadConfiguration;
        try
        {
            if (obstacle?.Invoke(options, parsed) is { } problem) throw new CommandException(problem);
            if (owner is null) StateOwner.Become(options.StateDirectory);
            else owner.Become(parsed, options.StateDirectory);
            return await action(new ClientFolder(options.LocalCredentials.ClientsDirectory, options.StateDirectory), options, parsed).ConfigureAwait(false);
        }
        catch (Exception e) when (e is CommandException or IOException or UnauthorizedAccessException)
        {
            await parsed.InvocationConfiguration.Error.WriteLineAsync($"device-agent: {e.Message}").ConfigureAwait(false);
            return ExitCode.Failure;
        }
    }
}

/// <summary>The folder of the token files, as commands change it.</summary>
internal sealed class ClientFolder(string folder, string stateDirectory)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Others can open what they may read in it, and not see what there is.</summary>
    private const UnixFileMode PassThrough = OwnerOnly | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>Judged as the agent's user, who is the state directory's owner.</summary>
    private readonly string? _folderProblem = ClientToken.FolderProblem(folder);

    /// <summary>Why it cannot be a client's name, or null.</summary>
    public static string? NameProblem(string client) =>
        ClientToken.IsName(client) ? null : $"'{client}' cannot be a client's name: 1 to 64 of A-Z a-z 0-9 . _ -, not beginning with a dot";

    /// <summary>Why the token cannot be given to this group, or null.</summary>
    public static string? GroupProblem(string? group) =>
        group is null || LocalUsers.GroupIdOf(group) is not null ? null : $"there is no group '{group}' in /etc/group";

    /// <returns>The path of the new token file.</returns>
    /// <exception cref="CommandException">There is such a client already, or the name or the group cannot be one.</exception>
    public string Add(string client, string? group)
    {
        var path = PathOf(client);
        if (File.Exists(path)) throw new CommandException($"there is a client '{client}' already; for a new token: device-agent clients rotate {client}");
        if (List().Count >= ClientTokens.MaxClients) throw new CommandException($"there are {ClientTokens.MaxClients} clients already, which is the most; revoke those that are not used");
        if (GroupProblem(group) is { } problem) throw new CommandException(problem);
        var groupId = group is null ? null : LocalUsers.GroupIdOf(group);
        MakeFolders();
        ClientToken.Create(path, file => Give(file, groupId));
        return path;
    }

    public IReadOnlyList<(string Client, string Path, string? Problem)> List()
    {
        if (!Directory.Exists(folder)) return [];
        using var _ = ProcessUser.On(folder);
        return
        [
            .. Directory.GetFiles(folder, "*" + ClientToken.Extension)
                .Select(p => (Client: Path.GetFileNameWithoutExtension(p), Path: p)).Where(c => ClientToken.IsName(c.Client)).OrderBy(c => c.Client, StringComparer.Ordinal)
                .Select(c => (c.Client, c.Path, _folderProblem ?? ClientToken.Read(c.Path).Problem)),
        ];
    }

    /// <exception cref="CommandException">There is no such client.</exception>
    public void Revoke(string client)
    {
        var path = PathOf(client);
        if (!File.Exists(path)) throw new CommandException($"there is no client '{client}'; 'device-agent clients list' names those there are");
        using var _ = ProcessUser.On(folder);
        File.Delete(path);
    }

    /// <summary>The file is replaced, never written into: the agent and the program see the old token or the new one. Group and rights stay, but for those of all users.</summary>
    /// <returns>The path of the token file.</returns>
    /// <exception cref="CommandException">There is no such client, or its file's group cannot be kept.</exception>
    public string Rotate(string client)
    {
        var path = PathOf(client);
        if (FileStatus.Of(path, follow: false) is not { } old) throw new CommandException($"there is no client '{client}'; 'device-agent clients list' names those there are");
        ClientToken.Create(path, file => Give(file, old.Group), old.Rights);
        return path;
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

    private string PathOf(string client) => NameProblem(client) is { } problem ? throw new CommandException(problem) : ClientToken.PathOf(folder, client);

    private void MakeFolders()
    {
        if (_folderProblem is not null) throw new CommandException(_folderProblem);
        if (Directory.Exists(folder)) return;
        PrivateFolder.Make(stateDirectory);
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
            return;
        }

        var (made, isNew) = FolderHandle.MakeAsOwner(folder, PassThrough);
        using var _ = made;
        if (!isNew || Owner is not { } owner) return;
        using var asCaller = ProcessUser.AsCaller();
        made.Give(owner.User, owner.Group);
    }

    /// <summary>What root makes belongs to the agent's user, who owns the state directory: the agent must be able to read it.</summary>
    private (uint User, uint Group)? Owner => ProcessUser.IsRoot ? LocalUsers.OwnerOf(stateDirectory) : null;

    /// <summary>The file is open and has no name yet that anybody knows.</summary>
    private void Give(SafeFileHandle file, uint? group)
    {
        var owner = Owner;
        if (owner is null && group is null) return;
        try
        {
            using var _ = ProcessUser.AsCaller();
            FolderHandle.Give(file, owner?.User, group ?? owner?.Group);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"the token cannot be given to its owner and group: {e.Message}; run this as root, or as a member of the group", e);
        }
    }
}
