using System.Text.RegularExpressions;
using DeviceAgent.Fleet.Commands;

namespace DeviceAgent.Fleet.Tests.Commands;

/// <summary>The completions in <c>packaging</c> and the operator's pages are written by hand: each command and option of <c>--help</c> must be in them, and no other.</summary>
public sealed partial class PackagedHelpTests
{
    /// <summary>Options that every command has: the completions keep them in one place.</summary>
    private static readonly string[] Common = ["--profile", "--region", "--endpoint-url", "--help"];

    private static readonly string[] Shells = ["bash", "zsh", "fish"];

    [Fact]
    public async Task Completions_OfEachShell_OfferTheCommandsAndOptionsOfTheHelp()
    {
        var commands = await CommandsAsync();
        Assert.Contains("rollback", commands.Keys);
        foreach (var shell in Shells)
        {
            var text = File.ReadAllText(Path.Combine(Root, "packaging", "completions", $"device-fleet.{shell}"));
            Assert.All(Common, o => Assert.Contains(o, Words(shell, text)));
            foreach (var (command, expected) in commands)
            {
                var offered = string.Join('\n', text.Split('\n').Where(l => IsOf(shell, l, command)));
                Assert.Equal((shell, command, string.Join(' ', expected.Except(Common).Order(StringComparer.Ordinal))), (shell, command, string.Join(' ', Words(shell, offered).Except(Common).Order(StringComparer.Ordinal))));
            }
        }
    }

    [Fact]
    public async Task Page_HasEachCommandAndOptionAndExitCode()
    {
        var page = File.ReadAllText(Path.Combine(Root, "docs", "device-fleet.md"));
        foreach (var (command, words) in await CommandsAsync())
        {
            if (command.Length > 0) Assert.Contains($"`device-fleet {command}", page, StringComparison.Ordinal);
            foreach (var option in words.Where(w => w.StartsWith('-')).Except(["--help", "--version"])) Assert.Contains(option, page, StringComparison.Ordinal);
        }

        foreach (var code in Enum.GetValues<ExitCode>()) Assert.Matches($@"(?m)^\| {(int)code} \|", page);
    }

    private static async Task<Dictionary<string, string[]>> CommandsAsync()
    {
        var commands = new Dictionary<string, string[]>();
        var left = new Queue<string>([""]);
        while (left.TryDequeue(out var command))
        {
            using var output = new StringWriter();
            Assert.Equal(0, await FleetCommand.RunAsync([.. command.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"], output, TextWriter.Null));
            var help = output.ToString();
            var subcommands = Section(help, "Commands:").Select(l => l.Split(' ')[0]).ToArray();
            commands[command] = [.. subcommands, .. Section(help, "Options:").Select(l => LongOption().Match(l).Value)];
            foreach (var subcommand in subcommands) left.Enqueue(subcommand);
        }

        return commands;
    }

    private static IEnumerable<string> Section(string help, string title) =>
        help.Split('\n').SkipWhile(l => l.Trim() != title).Skip(1).TakeWhile(l => l.Trim().Length > 0).Where(l => l.StartsWith("  ", StringComparison.Ordinal) && l[2] != ' ').Select(l => l.Trim());

    /// <summary>Whether the line says what is offered after the command.</summary>
    private static bool IsOf(string shell, string line, string command) => shell == "fish"
        ? line.Contains($"-n '{$"__device_fleet_at {command}".Trim()}'", StringComparison.Ordinal)
        : line.TrimStart().StartsWith(command.Length == 0 ? "'') " : $"{command}) ", StringComparison.Ordinal);

    private static IEnumerable<string> Words(string shell, string text) => (shell switch
    {
        "fish" => FishWord().Matches(text).Select(m => m.Groups["option"].Success ? "--" + m.Groups["option"].Value : m.Groups["command"].Value),
        "zsh" => ZshWord().Matches(text).Select(m => m.Groups["option"].Success ? m.Groups["option"].Value : m.Groups["command"].Value),
        _ => BashOffer().Matches(text).SelectMany(m => m.Groups[1].Value.Split(' ')).Where(w => w != "$common"),
    }).Distinct();

    private static string Root { get; } = FindRoot();

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "global.json"))) folder = Path.GetDirectoryName(folder)!;
        return folder;
    }

    [GeneratedRegex("--[a-z][a-z-]+")]
    private static partial Regex LongOption();

    [GeneratedRegex("(?:offered|common)=[\"']([^\"']*)[\"']")]
    private static partial Regex BashOffer();

    [GeneratedRegex(@"(?<option>--[a-z][a-z-]+)(?=[\[}])|(?<command>[a-z][a-z-]+)\\:")]
    private static partial Regex ZshWord();

    [GeneratedRegex("' (?:-[a-z] [a-z] )?(?:-l (?<option>[a-z-]+)|-a (?<command>[a-z-]+))|^complete -c device-fleet -s h -l (?<option>help)", RegexOptions.Multiline)]
    private static partial Regex FishWord();
}
