using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using DeviceAgent.Credentials.Text;

namespace DeviceAgent.Commands.Doctor;

/// <summary>Findings for people and for programs.</summary>
internal static class DoctorReport
{
    private const string Indent = "                       ";

    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, Indented = true };

    /// <param name="output">Where to.</param>
    /// <param name="finding">What was found.</param>
    /// <param name="inColour">Whether a terminal shows it that can.</param>
    public static async Task WriteAsync(TextWriter output, Finding finding, bool inColour)
    {
        await output.WriteLineAsync($"{Mark(finding.Result, inColour)} {finding.Check,-16} {PrintableText.Whole(finding.What)}").ConfigureAwait(false);
        if (finding.Cause is { } cause) await output.WriteLineAsync($"{Indent}cause: {PrintableText.Whole(cause)}").ConfigureAwait(false);
        if (finding.Remedy is { Length: > 0 } remedy) await output.WriteLineAsync($"{Indent}remedy: {PrintableText.Whole(remedy)}").ConfigureAwait(false);
    }

    /// <summary>A finding in one line, whole.</summary>
    public static string Line(Finding finding) =>
        $"{Word(finding.Result)} {finding.Check}: {finding.What}{(finding.Cause is { } cause ? $" Cause: {cause}" : "")}{(finding.Remedy is { Length: > 0 } remedy ? $" Remedy: {remedy}" : "")}";

    /// <summary>One sentence about all.</summary>
    public static string Verdict(IReadOnlyList<Finding> findings)
    {
        var (failures, warnings) = (Names(findings, FindingResult.Failure), Names(findings, FindingResult.Warning));
        if (failures.Count == 0 && warnings.Count == 0) return "All is well.";
        var parts = new List<string>();
        if (failures.Count > 0) parts.Add($"{Count(failures.Count, "failure")}: {string.Join(", ", failures)}");
        if (warnings.Count > 0) parts.Add($"{Count(warnings.Count, "warning")}: {string.Join(", ", warnings)}");
        return $"{string.Join("; ", parts)}.";
    }

    /// <summary><c>{"verdict":"failure","summary":...,"findings":[{"check":...,"result":"ok|skipped|warning|failure","what":...,"cause":...,"remedy":...}]}</c>.</summary>
    public static string Json(IReadOnlyList<Finding> findings)
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        using (var json = new Utf8JsonWriter(buffer, WriterOptions))
        {
            json.WriteStartObject();
            json.WriteString("verdict", NameOf(Worst(findings)));
            json.WriteString("summary", Verdict(findings));
            json.WriteStartArray("findings");
            foreach (var finding in findings)
            {
                json.WriteStartObject();
                json.WriteString("check", finding.Check);
                json.WriteString("result", NameOf(finding.Result));
                json.WriteString("what", PrintableText.Whole(finding.What));
                if (finding.Cause is { } cause) json.WriteString("cause", PrintableText.Whole(cause));
                if (finding.Remedy is { Length: > 0 } remedy) json.WriteString("remedy", PrintableText.Whole(remedy));
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>What was not looked at is not bad.</summary>
    public static FindingResult Worst(IReadOnlyList<Finding> findings) =>
        findings.Select(f => f.Result).Where(r => r is FindingResult.Warning or FindingResult.Failure).DefaultIfEmpty(FindingResult.Ok).Max();

    /// <summary>A word, as wide as the others.</summary>
    private static string Mark(FindingResult result, bool inColour)
    {
        var colour = result switch
        {
            FindingResult.Ok => Terminal.Green,
            FindingResult.Skipped => Terminal.Faint,
            FindingResult.Warning => Terminal.Yellow,
            _ => Terminal.Red,
        };
        return Terminal.In(colour, $"{Word(result),-4}", inColour) + " ";
    }

    private static string Word(FindingResult result) => result switch
    {
        FindingResult.Ok => "ok",
        FindingResult.Skipped => "skip",
        FindingResult.Warning => "WARN",
        _ => "FAIL",
    };

    private static List<string> Names(IReadOnlyList<Finding> findings, FindingResult result) => [.. findings.Where(f => f.Result == result).Select(f => f.Check).Distinct()];

    private static string Count(int count, string what) => $"{count} {what}{(count == 1 ? "" : "s")}";

    private static string NameOf(FindingResult result) => JsonNamingPolicy.CamelCase.ConvertName(result.ToString());
}
