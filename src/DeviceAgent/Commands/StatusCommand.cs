using System.CommandLine;

namespace DeviceAgent.Commands;

/// <summary><c>device-agent status</c>.</summary>
internal static class StatusCommand
{
    public static Command Create()
    {
        var arguments = new ConfigurationArguments();
        var json = new Option<bool>("--json") { Description = "Prints the JSON of /v1/status." };
        var command = new Command("status", "How it stands with the running agent: credentials, upload, spool. Exit code 1 when none runs.") { json };
        arguments.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) => (int)await RunAsync(arguments, json, parsed, cancellationToken).ConfigureAwait(false));
        return command;
    }

    private static async Task<ExitCode> RunAsync(ConfigurationArguments arguments, Option<bool> json, ParseResult parsed, CancellationToken cancellationToken)
    {
        if (arguments.TryLoadOptions(parsed) is not { } options) return ExitCode.BadConfiguration;
        var (output, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
        try
        {
            using var agent = await AgentClient.TryConnectAsync(options.Endpoint.Socket, cancellationToken).ConfigureAwait(false);
            if (agent is null)
            {
                var where = options.Endpoint.Socket is { } socket ? $"no agent listens on {socket}" : "endpoint.socket is off: a running agent cannot be asked";
                await error.WriteLineAsync($"device-agent: {where}").ConfigureAwait(false);
                return ExitCode.Failure;
            }

            var status = await agent.GetAsync("/v1/status", cancellationToken).ConfigureAwait(false);
            if (parsed.GetValue(json)) await output.WriteLineAsync(status.GetRawText()).ConfigureAwait(false);
            else await StatusText.WriteAgentAsync(output, status, $"by {agent.Socket}").ConfigureAwait(false);
            return ExitCode.Ok;
        }
        catch (Exception e) when (e is CommandException or HttpRequestException)
        {
            await error.WriteLineAsync($"device-agent: {e.Message}").ConfigureAwait(false);
            return ExitCode.Failure;
        }
    }
}
