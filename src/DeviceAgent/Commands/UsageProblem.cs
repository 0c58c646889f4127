using System.CommandLine;
using System.CommandLine.Parsing;
using DeviceAgent.Credentials.Text;
using DeviceAgent.Settings;

namespace DeviceAgent.Commands;

/// <summary>What is wrong with a command line, in three lines: that, what was probably meant, where there is help.</summary>
internal static class UsageProblem
{
    private const string Program = "device-agent";

    /// <summary>Empty where only a command was left out: then the help says which there are.</summary>
    public static IReadOnlyList<string> Lines(ParseResult parsed)
    {
        var command = parsed.CommandResult;
        var written = parsed.UnmatchedTokens.Count > 0 ? parsed.UnmatchedTokens[0] : null;
        if (written is null && command.Command.Subcommands.Count > 0 && !command.Children.Any()) return [];
        var path = PathOf(command);
        var lines = new List<string> { $"{Program}: {(written is null ? parsed.Errors[0].Message : $"'{PrintableText.Escaped(written)}' is no {KindOf(written, command.Command)} of '{path}'.")}" };
        if (written is not null && Nearest(written, command, path) is { } nearest) lines.Add($"Did you mean '{nearest}'?");
        lines.Add($"Help: {path} --help");
        return lines;
    }

    private static string KindOf(string written, Command command) => written.StartsWith('-') ? "option" : command.Subcommands.Count > 0 ? "command" : "argument";

    private static string? Nearest(string written, CommandResult command, string path) => written.StartsWith('-')
        ? Spelling.Nearest(written, command.Command.Options.Select(o => o.Name))
        : Spelling.Nearest(written, command.Command.Subcommands.Select(c => c.Name)) is { } name ? $"{path} {name}" : null;

    private static string PathOf(CommandResult command) => command.Parent is CommandResult parent ? $"{PathOf(parent)} {command.Command.Name}" : Program;
}
