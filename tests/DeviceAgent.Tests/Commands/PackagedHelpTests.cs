using System.Text.RegularExpressions;
using DeviceAgent.Commands;

namespace DeviceAgent.Tests.Commands;

/// <summary>The completions and the manual page in <c>packaging</c> are written by hand: each command and option of <c>--help</c> must be in them, and no other.</summary>
public sealed partial class PackagedHelpTests
{
    /// <summary>Options that (nearly) every command has: the completions keep them in one place.</summary>
    private static readonly string[] Common = ["--config", "--set", "--help"];

    private static readonly string[] Shells = ["bash", "zsh", "fish"];

    [Fact]
    public async Task Completions_OfEachShell_OfferTheCommandsAndOptionsOfTheHelp()
    {
        var commands = await CommandsAsync();
        Assert.Contains("spool export", commands.Keys);
        foreach (var shell in Shells)
        {
            var text = Read($"completions/device-agent.{shell}");
            var all = Words(shell, text).ToHashSet();
            Assert.All(Common, o => Assert.Contains(o, all));
            foreach (var (command, expected) in commands)
            {
                var offered = string.Join('\n', text.Split('\n').Where(l => IsOf(shell, l, command)));
                var names = Words(shell, offered).Except(Common).Order(StringComparer.Ordinal);
                Assert.True(names.SequenceEqual(expected.Except(Common).Order(StringComparer.Ordinal)), $"{shell}, '{command}': {string.Join(' ', names)}; the help has {string.Join(' ', expected)}");
            }
        }
    }

    [Fact]
    public async Task Manual_HasEachCommandAndOptionOfTheHelp()
    {
        var manual = Read("device-agent.1").Replace("\\-", "-", StringComparison.Ordinal);
        var commands = await CommandsAsync();
        foreach (var (command, words) in commands)
        {
            var isGroup = words.Any(w => !w.StartsWith('-')) && command is not "credentials";
            if (command.Length > 0 && !isGroup) Assert.Matches($"(?m)^\\.B[IR]? \"?{Regex.Escape(command)}[ \"\\n]", manual + "\n");
            foreach (var option in words.Where(w => w.StartsWith('-'))) Assert.Matches($"(?m)^\\.B.*{Regex.Escape(option)}\\b", manual);
        }

        var known = commands.Values.SelectMany(w => w).ToHashSet();
        foreach (Match option in LongOption().Matches(manual[manual.IndexOf(".SH OPTIONS", StringComparison.Ordinal)..manual.IndexOf(".SH EXIT", StringComparison.Ordinal)]))
            Assert.Contains(option.Value, known);
    }

    [Fact]
    public void Manual_HasEachExitCode()
    {
        var manual = Read("device-agent.1");
        foreach (var code in Enum.GetValues<ExitCode>()) Assert.Contains($".TP\n.B {(int)code}\n", manual, StringComparison.Ordinal);
    }

    /// <summary>Each command (words with a space between, the agent itself as an empty text) with the names of its subcommands and its long options.</summary>
    private static async Task<Dictionary<string, string[]>> CommandsAsync()
    {
        var commands = new Dictionary<string, string[]>();
        var left = new Queue<string>([""]);
        while (left.TryDequeue(out var command))
        {
            using var output = new StringWriter();
            Assert.Equal(ExitCode.Ok, await AgentCommand.RunAsync([.. command.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"], output, TextWriter.Null));
            var help = output.ToString();
            var subcommands = Section(help, "Commands:").Select(l => l.Split(' ')[0]).ToArray();
            commands[command] = [.. subcommands, .. Section(help, "Options:").Select(l => LongOption().Match(l).Value)];
            foreach (var subcommand in subcommands) left.Enqueue($"{command} {subcommand}".Trim());
        }

        return commands;
    }

    private static IEnumerable<string> Section(string help, string title) =>
        help.Split('\n').SkipWhile(l => l.Trim() != title).Skip(1).TakeWhile(l => l.Trim().Length > 0).Where(l => l.StartsWith("  ", StringComparison.Ordinal) && l[2] != ' ').Select(l => l.Trim());

    /// <summary>Whether the line says what is offered after the command.</summary>
    private static bool IsOf(string shell, string line, string command) => shell == "fish"
        ? line.Contains($"-n '{$"__device_agent_at {command}".Trim()}'", StringComparison.Ordinal)
        : line.TrimStart().StartsWith(command.Contains(' ', StringComparison.Ordinal) || command.Length == 0 ? $"'{command}') " : $"{command}) ", StringComparison.Ordinal);

    private static IEnumerable<string> Words(string shell, string text) => (shell switch
    {
        "fish" => FishWord().Matches(text).Select(m => m.Groups["option"].Success ? "--" + m.Groups["option"].Value : m.Groups["command"].Value),
        "zsh" => ZshWord().Matches(text).Select(m => m.Groups["option"].Success ? m.Groups["option"].Value : m.Groups["command"].Value),
        _ => BashOffer().Matches(text).SelectMany(m => m.Groups[1].Value.Split(' ')).Where(w => w != "$common"),
    }).Distinct();

    private static string Read(string file)
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "global.json"))) folder = Path.GetDirectoryName(folder)!;
        return File.ReadAllText(Path.Combine(folder, "packaging", file));
    }

    [GeneratedRegex("--[a-z][a-z-]+")]
    private static partial Regex LongOption();

    [GeneratedRegex("(?:offered|common)=[\"']([^\"']*)[\"']")]
    private static partial Regex BashOffer();

    [GeneratedRegex(@"(?<option>--[a-z][a-z-]+)(?=[\[}])|(?<command>[a-z][a-z-]+)\\:")]
    private static partial Regex ZshWord();

    [GeneratedRegex("' (?:-[a-z] [a-z] )?(?:-l (?<option>[a-z-]+)|-a (?<command>[a-z-]+))|^complete -c device-agent -s h -l (?<option>help)", RegexOptions.Multiline)]
    private static partial Regex FishWord();
}
