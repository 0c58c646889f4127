using System.Globalization;
using System.Text.Json;
using DeviceAgent.Credentials.Text;
using DeviceAgent.Diagnostics;

namespace DeviceAgent.Control;

/// <summary>What the doctor finds on this device: a line for each finding, the verdict first.</summary>
internal delegate Task<IReadOnlyList<string>> DeviceExamination(CancellationToken cancellationToken);

/// <summary>
/// <c>{"operation":"report"}</c>: puts what the doctor finds and the last lines of the log into the details of the job's execution. Changes nothing.
/// </summary>
internal sealed class ReportOperation(DeviceExamination examine, RecentLines lines) : IOperation
{
    /// <summary>Where the doctor's words are.</summary>
    public const string DoctorKey = "doctor";

    /// <summary>Where lines of the log are, with a number from 1: the oldest first.</summary>
    public const string LogKey = "log-";

    /// <summary>Between lines: no detail may hold a line break.</summary>
    public const char LineSeparator = '\u2424';

    /// <summary>AWS IoT takes ten details; three are the outcome, the step and the doctor's.</summary>
    public const int MostLogDetails = 7;

    private const int LongestLine = 300;

    public string Name => OperationNames.Report;

    public IReadOnlyList<string> Arguments => [];

    public async Task<ChangeOutcome> ExecuteAsync(JsonElement arguments, IChangeProgress progress, CancellationToken cancellationToken)
    {
        progress.Reached("examining");
        var findings = await examine(cancellationToken).ConfigureAwait(false);
        return ChangeOutcome.Applied with { Details = Pack(findings, lines.All) };
    }

    /// <summary>As many of the newest lines as the details hold.</summary>
    internal static IReadOnlyDictionary<string, string> Pack(IReadOnlyList<string> findings, IReadOnlyList<LoggedLine> logged)
    {
        var details = new Dictionary<string, string> { [DoctorKey] = string.Join(LineSeparator, findings) };
        var parts = new List<string>();
        foreach (var line in logged.Reverse().Select(Text))
        {
            if (parts.Count > 0 && parts[^1].Length + 1 + line.Length <= ChangeOutcome.LongestReason) parts[^1] = $"{line}{LineSeparator}{parts[^1]}";
            else if (parts.Count < MostLogDetails) parts.Add(line);
            else break;
        }

        for (var i = 0; i < parts.Count; i++) details[$"{LogKey}{i + 1}"] = parts[parts.Count - 1 - i];
        return details;
    }

    private static string Text(LoggedLine line) =>
        PrintableText.Of(string.Create(CultureInfo.InvariantCulture, $"{line.At.UtcDateTime:yyyy-MM-dd HH:mm:ss} {line.Level} {line.Component}[{line.Event}] {line.Message}"), LongestLine);
}
