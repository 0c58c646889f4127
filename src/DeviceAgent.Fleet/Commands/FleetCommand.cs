using System.CommandLine;
using System.CommandLine.Invocation;
using System.Reflection;
using DeviceAgent.Credentials.Text;
using DeviceAgent.Settings;

namespace DeviceAgent.Fleet.Commands;

/// <summary>The command line.</summary>
internal static class FleetCommand
{
    private const string Description = """
        Shows and changes fleets of device-agent through AWS IoT's own interfaces, with
        your ordinary AWS credentials. What it needs to remember is in AWS: a rotation
        can be watched, paused and rolled back from any machine.

        Exit codes:
          0   all that was asked for is done
          1   some things failed
          2   wrong command line
          3   the canaries stopped the rotation
          4   not over: interrupted, paused, or started with --detach
          5   the check found what would fail; nothing was begun
          6   stopped by the abort threshold or an operator
          69  AWS refused, or is not reached
        """;

    public static async Task<int> RunAsync(string[] arguments, TextWriter output, TextWriter error)
    {
        var account = new AccountOptions();
        var root = new RootCommand(Description)
        {
            StatusCommand.Create(account), CheckCommand.Create(account), RotateCommand.Create(account),
            RotationCommands.Watch(account), RotationCommands.Pause(account), RotationCommands.Resume(account), RotationCommands.Abort(account), RotationCommands.Rollback(account),
            SetCommand.Create(account), CertificatesCommand.Create(account), LogsCommand.Create(account), DecommissionCommand.Create(account),
        };
        root.Options.OfType<VersionOption>().Single().Action = new PrintVersion();
        var parsed = root.Parse(arguments);
        if (parsed.Action is ParseErrorAction && Problem(parsed) is { Count: > 0 } problem)
        {
            foreach (var line in problem) await error.WriteLineAsync(line).ConfigureAwait(false);
            return (int)ExitCode.Usage;
        }

        // A command that is interrupted says where it stands: it has a while for that.
        var exit = await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(30), Output = output, Error = error }).ConfigureAwait(false);
        return parsed.Action is ParseErrorAction ? (int)ExitCode.Usage : exit;
    }

    /// <summary>What is wrong, what was probably meant, where there is help. Empty where only a command was left out.</summary>
    private static List<string> Problem(ParseResult parsed)
    {
        var command = parsed.CommandResult;
        var written = parsed.UnmatchedTokens.Count > 0 ? parsed.UnmatchedTokens[0] : null;
        if (written is null && command.Command.Subcommands.Count > 0 && !command.Children.Any()) return [];
        var path = command.Parent is null ? "device-fleet" : $"device-fleet {command.Command.Name}";
        var names = written?.StartsWith('-') == true ? command.Command.Options.Select(o => o.Name) : command.Command.Subcommands.Select(c => c.Name);
        var lines = new List<string> { $"device-fleet: {(written is null ? parsed.Errors[0].Message : $"'{PrintableText.Escaped(written)}' is not known to '{path}'{Spelling.Hint(written, names)}")}" };
        lines.Add($"Help: {path} --help");
        return lines;
    }

    private sealed class PrintVersion : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            var version = typeof(FleetCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
            parseResult.InvocationConfiguration.Output.WriteLine($"device-fleet {version}");
            return (int)ExitCode.Ok;
        }
    }
}
