using System.CommandLine;
using DeviceAgent.Hosting;
using DeviceAgent.Local;

namespace DeviceAgent.Commands;

/// <summary><c>device-agent clients add|list|revoke</c>: who may ask on credentials.port. A running agent knows at the next request.</summary>
internal static class ClientsCommand
{
    public static Command Create() =>
        new("clients", "Programs that get credentials on credentials.port, each by a token of its own. Works while the agent runs and takes effect at once.") { Add(), List(), Revoke() };

    private static Command Add()
    {
        var name = Name();
        var group = new Option<string?>("--group") { Description = "The group whose members can read the token file: the one that the program runs in. By default the state directory's.", HelpName = "name" };
        var command = new Command("add", "Makes a token for a program and prints the two lines for its environment.") { name, group };
        return WithFolder(command, async (clients, options, parsed) =>
        {
            if (options.LocalCredentials.Port is not { } port) throw new CommandException("credentials.port is not set: the agent hands out no credentials by tokens. Set it, restart the agent, and add the client then");
            var path = clients.Add(parsed.GetRequiredValue(name), parsed.GetValue(group));
            var (output, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
            await output.WriteLineAsync($"AWS_CONTAINER_CREDENTIALS_FULL_URI=http://127.0.0.1:{port}{CredentialsEndpoint.Path}").ConfigureAwait(false);
            await output.WriteLineAsync($"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE={path}").ConfigureAwait(false);
            if (clients.FindObstacle() is { } obstacle) await error.WriteLineAsync($"note: {obstacle}").ConfigureAwait(false);
            return ExitCode.Ok;
        });
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

    private static Argument<string> Name() => new("name") { Description = "The program's name: 1 to 64 of A-Z a-z 0-9 . _ -, not beginning with a dot." };

    private static Command WithFolder(Command command, Func<ClientFolder, AgentOptions, ParseResult, Task<ExitCode>> action)
    {
        var arguments = new ConfigurationArguments();
        arguments.AddTo(command);
        command.SetAction(async (parsed, _) => (int)await RunAsync(arguments, parsed, action).ConfigureAwait(false));
        return command;
    }

    private static async Task<ExitCode> RunAsync(ConfigurationArguments arguments, ParseResult parsed, Func<ClientFolder, AgentOptions, ParseResult, Task<ExitCode>> action)
    {
        if (arguments.TryLoadOptions(parsed) is not { } options) return ExitCode.BadConfiguration;
        try
        {
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
