using DeviceAgent.Credentials.Text;
using DeviceAgent.Fleet.Output;
using Spectre.Console;

namespace DeviceAgent.Fleet.Checks;

/// <summary>How a check went.</summary>
internal enum CheckResult
{
    Ok,

    /// <summary>It could not be looked at.</summary>
    Unknown,
    Fails,
}

/// <summary>Something that was looked at.</summary>
/// <param name="Result">How it went.</param>
/// <param name="What">In words; for a failure with what to do.</param>
internal sealed record CheckFinding(CheckResult Result, string What);

/// <summary>What would fail, and on which things.</summary>
internal sealed record CheckReport(IReadOnlyList<CheckFinding> Findings)
{
    public bool Fails => Findings.Any(f => f.Result == CheckResult.Fails);

    public async Task WriteAsync(Screen screen, bool onlyProblems)
    {
        foreach (var finding in Findings.Where(f => !onlyProblems || f.Result != CheckResult.Ok))
        {
            var what = PrintableText.Whole(finding.What);
            var (word, emphasis) = finding.Result switch
            {
                CheckResult.Ok => ("ok  ", Emphasis.Good),
                CheckResult.Fails => ("FAIL", Emphasis.Bad),
                _ => ("?   ", Emphasis.Warning),
            };
            if (screen.Console is { } console) console.MarkupLine($"{TextTable.Marked(new Cell(word, emphasis))}  {Markup.Escape(what)}");
            else await screen.Out.WriteLineAsync($"{word}  {what}").ConfigureAwait(false);
        }
    }
}
