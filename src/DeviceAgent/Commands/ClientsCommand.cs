using System.CommandLine;
using DeviceAgent.Hosting;
using DeviceAgent.Local;

namespace DeviceAgent.Commands;

/// <summary><c>device-agent clients add|list|revoke</c>: who may ask on credentials.port. A running agent knows at the next request.</summary>
internal static class ClientsCommand
{
    public static Command Create() =>
        new("clients", "Programs that get credentials on credentials.port, each by a token of its own. Works while the agent runs, and is in force at once.") { Add(), List(), Revoke() };

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
