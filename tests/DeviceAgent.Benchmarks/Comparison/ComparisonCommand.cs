using System.CommandLine;
using System.Globalization;
using System.Text;
using DeviceAgent.Rigs.Support;

namespace DeviceAgent.Benchmarks.Comparison;

/// <summary><c>compare</c>, what is behind <c>scripts/benchmark.sh</c>. The exit code is 0 when everybody's readings have all arrived.</summary>
internal static class ComparisonCommand
{
    /// <summary>What docs/benchmarks.md has between these two is written by <c>--write</c>.</summary>
    private const string Begin = "<!-- scripts/benchmark.sh --write: begin -->";
    private const string End = "<!-- end -->";

    private static readonly Option<int> _runs = new("--runs") { Description = "Every figure is the median of so many.", DefaultValueFactory = _ => 5 };
    private static readonly Option<string> _rows = new("--rows") { Description = $"What to measure: {string.Join(',', ComparisonOptions.AllRows)}." };
    private static readonly Option<string> _peers = new("--peers") { Description = $"Whom to measure: {string.Join(',', ComparisonOptions.AllPeers)}." };
    private static readonly Option<int> _readings = new("--readings") { Description = "The smaller size of the batch row.", DefaultValueFactory = _ => 10_000 };
    private static readonly Option<int> _backlog = new("--backlog") { Description = "Readings to drain.", DefaultValueFactory = _ => 100_000 };
    private static readonly Option<int> _idle = new("--idle-seconds") { Description = "How long everybody has been idle when memory is read.", DefaultValueFactory = _ => 30 };
    private static readonly Option<int> _flash = new("--flash-seconds") { Description = "How long writes to the flash are counted; 0 leaves them out.", DefaultValueFactory = _ => 180 };
    private static readonly Option<int?> _core = new("--core") { Description = "The processor that is kept for what is measured." };
    private static readonly Option<string> _dotNetLoop = new("--dotnet-loop") { Description = "The published loop over the SDK for .NET." };
    private static readonly Option<string> _python = new("--python") { Description = "A Python with boto3.", DefaultValueFactory = _ => "python3" };
    private static readonly Option<string> _aws = new("--aws") { Description = "The AWS CLI.", DefaultValueFactory = _ => "aws" };
    private static readonly Option<string> _out = new("--out") { Description = "A folder for table.md, values.tsv and benchmarks.svg.", DefaultValueFactory = _ => "artifacts/benchmark" };
    private static readonly Option<bool> _write = new("--write") { Description = "Replaces table and picture of docs/benchmarks.md." };

    public static Task<int> RunAsync(string[] arguments)
    {
        var command = new RootCommand("Compares the agent that TEST_AGENT_COMMAND names with what a user would write instead.")
        {
            _runs, _rows, _peers, _readings, _backlog, _idle, _flash, _core, _dotNetLoop, _python, _aws, _out, _write,
        };
        Restrict(_rows, ComparisonOptions.AllRows);
        Restrict(_peers, ComparisonOptions.AllPeers);
        command.Validators.Add(parsed =>
        {
            if (parsed.GetValue(_write) && (parsed.GetValue(_rows) ?? parsed.GetValue(_peers)) is not null) parsed.AddError("--write is for the whole table, not for --rows or --peers");
        });
        command.SetAction(RunAsync);
        return command.Parse(arguments).InvokeAsync();
    }

    private static async Task<int> RunAsync(ParseResult parsed)
    {
        var options = new ComparisonOptions
        {
            Runs = parsed.GetValue(_runs),
            Rows = Names(parsed.GetValue(_rows)) ?? [.. ComparisonOptions.AllRows],
            Peers = Names(parsed.GetValue(_peers)) ?? [.. ComparisonOptions.AllPeers],
            Readings = parsed.GetValue(_readings),
            Backlog = parsed.GetValue(_backlog),
            Idle = TimeSpan.FromSeconds(parsed.GetValue(_idle)),
            Flash = TimeSpan.FromSeconds(parsed.GetValue(_flash)),
            Core = parsed.GetValue(_core),
            DotNetLoop = parsed.GetValue(_dotNetLoop) is { } loop ? [loop] : ComparisonOptions.BuiltDotNetLoop,
            Python = parsed.GetValue(_python)!,
            AwsCli = parsed.GetValue(_aws)!,
        };
        var about = new StringBuilder($"{TimeProvider.System.GetUtcNow():yyyy-MM-dd}, ");
        using (var machine = new StringWriter(about)) Machine.Describe(machine);
        about.Append(await Versions.DescribeAsync(options)).Append(".\n\n");
        about.Append(CultureInfo.InvariantCulture, $"Medians of {options.Runs} runs; {options.Readings:#,0} and {2 * options.Readings:#,0} readings in batches, a backlog of {options.Backlog:#,0}.\n\n");

        var comparison = new PeerComparison(options, Console.Error.WriteLine);
        var peers = await comparison.RunAsync();
        var report = new ComparisonReport(comparison, peers);
        var page = about + report.Table();
        var picture = new ComparisonPicture(comparison, peers).Svg();
        var folder = Directory.CreateDirectory(parsed.GetValue(_out)!).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "table.md"), page);
        await File.WriteAllTextAsync(Path.Combine(folder, "values.tsv"), report.Values());
        await File.WriteAllTextAsync(Path.Combine(folder, "benchmarks.svg"), picture);
        if (parsed.GetValue(_write))
        {
            await ReplaceAsync(Repository.File("docs", "benchmarks.md"), page);
            await File.WriteAllTextAsync(Repository.File("docs", "benchmarks.svg"), picture);
        }

        Console.Write(page);
        return 0;
    }

    private static async Task ReplaceAsync(string path, string page)
    {
        var text = await File.ReadAllTextAsync(path);
        var begin = text.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length;
        var end = text.IndexOf(End, begin, StringComparison.Ordinal);
        await File.WriteAllTextAsync(path, $"{text[..begin]}\n\n{page}\n{text[end..]}");
    }

    private static void Restrict(Option<string> option, IReadOnlyList<string> known) => option.Validators.Add(result =>
    {
        foreach (var name in Names(result.GetValueOrDefault<string>()) ?? [])
        {
            if (!known.Contains(name)) result.AddError($"{option.Name} has no '{name}'; it has {string.Join(", ", known)}");
        }
    });

    private static string[]? Names(string? list) => list?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
