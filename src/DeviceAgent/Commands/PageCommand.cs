using System.CommandLine;
using System.Text.Json;
using DeviceAgent.Credentials.Text;
using DeviceAgent.Local;

namespace DeviceAgent.Commands;

/// <summary><c>device-agent page</c>: the link to the page of the agent, with its token.</summary>
internal static class PageCommand
{
    private const int MaxTokenBytes = 4096;

    /// <summary>Of the reader's computer, where the socket is forwarded to it.</summary>
    private const int UsualPort = 8470;

    public static Command Create()
    {
        var arguments = new ConfigurationArguments();
        var command = new Command("page", "Prints the link to the agent's page, with its token, and how to open it from another computer. The page is on where endpoint.pagePort or endpoint.page is set.");
        arguments.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) => (int)await ShowAsync(arguments, parsed, cancellationToken).ConfigureAwait(false));
        return command;
    }

    private static async Task<ExitCode> ShowAsync(ConfigurationArguments arguments, ParseResult parsed, CancellationToken cancellationToken)
    {
        if (arguments.TryLoadOptions(parsed) is not { } options) return ExitCode.BadConfiguration;
        var (output, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
        var (endpoint, host) = (options.Endpoint, Environment.MachineName);
        if (!endpoint.HasPage)
        {
            await error.WriteLineAsync("device-agent: there is no page: set endpoint.pagePort (e.g. 8470), or endpoint.page to true for the socket alone, and restart the agent").ConfigureAwait(false);
            return ExitCode.Failure;
        }

        if (endpoint.PagePort is not { } port)
        {
            await output.WriteLineAsync($"http://127.0.0.1:{UsualPort}/").ConfigureAwait(false);
            await error.WriteLineAsync($"The page is on the socket: on the computer with the browser, ssh -N -L {UsualPort}:{endpoint.Sockets.First()} USER@{host}").ConfigureAwait(false);
            return ExitCode.Ok;
        }

        var path = Path.Combine(options.StateDirectory, ListenerToken.PageFileName);
        try
        {
            if (await ProblemOfAsync(endpoint, port, cancellationToken).ConfigureAwait(false) is { } problem)
            {
                await error.WriteLineAsync($"device-agent: the link is not given, because with it goes the page's token: {problem}").ConfigureAwait(false);
                return ExitCode.Failure;
            }

            StateOwner.Become(options.StateDirectory);
            await output.WriteLineAsync($"http://127.0.0.1:{port}/#{InputFile.ReadText(path, MaxTokenBytes).Trim()}").ConfigureAwait(false);
            await error.WriteLineAsync($"From another computer: ssh -N -L {port}:127.0.0.1:{port} USER@{host}, then open the same link there. It holds the page's token: whoever has it can see readings and log.").ConfigureAwait(false);
            return ExitCode.Ok;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            await error.WriteLineAsync($"device-agent: there is no '{path}' yet: the agent makes it at its start, once endpoint.pagePort is set").ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CommandException)
        {
            await error.WriteLineAsync($"device-agent: the token of the page cannot be read: {e.Message}. Run this by sudo, or as the agent's user").ConfigureAwait(false);
        }

        return ExitCode.Failure;
    }

    /// <summary>Why what answers at the port may be another than the agent, as the agent says itself; null when it is the agent, or none can be asked.</summary>
    private static async Task<string?> ProblemOfAsync(EndpointOptions endpoint, int port, CancellationToken cancellationToken)
    {
        if (!endpoint.Sockets.Any()) return null;
        try
        {
            using var agent = await AgentClient.TryConnectAsync(endpoint, cancellationToken).ConfigureAwait(false);
            if (agent is null) return $"no agent listens on {string.Join(" or ", endpoint.Sockets)}, so that another program may answer at port {port}: start the agent first";
            return ProblemIn(await agent.GetAsync("/v1/status", cancellationToken).ConfigureAwait(false), port);
        }
        catch (Exception e) when (e is CommandException or HttpRequestException)
        {
            return $"the agent cannot be asked whether port {port} is its own: {e.Message}";
        }
    }

    /// <param name="status">The JSON of <c>/v1/status</c>.</param>
    /// <param name="port">The page's.</param>
    internal static string? ProblemIn(JsonElement status, int port)
    {
        // One that was started before an update may not tell.
        if (!status.TryGetProperty("listeners", out var listeners)) return null;
        var own = listeners.EnumerateArray().Where(l => l.GetProperty("address").GetString()!.StartsWith($"port {port} of ", StringComparison.Ordinal)).ToList();
        if (own.Find(l => l.GetProperty("condition").GetString() is not ("open" or "absent")) is { ValueKind: JsonValueKind.Object } closed)
            return $"the agent does not hold {closed.GetProperty("address").GetString()}: {PrintableText.Of(closed.GetProperty("problem").GetString())} (device-agent status)";
        return own.Exists(l => l.GetProperty("condition").GetString() == "open") ? null : $"the running agent does not listen on port {port}: restart it, so that it takes endpoint.pagePort";
    }
}
