using System.Text.RegularExpressions;

namespace DeviceAgent.Settings;

/// <summary>
/// Tells a path that was written for a shell, for systemd or for another system: a file of that name is not there, which is said; but a folder or a
/// socket would be made, beside the configuration.
/// </summary>
internal static partial class PathForm
{
    private const string Example = "/var/lib/device-agent";

    /// <summary>What is wrong with the path as it is written; null: nothing.</summary>
    public static string? FindProblem(string path)
    {
        if (path != path.Trim()) return "begins or ends with white space: leave it out";
        if (OfShell().IsMatch(path)) return $"is taken as it stands, without a shell: write the path itself, e.g. {Example}";
        if (OfSystemd().IsMatch(path)) return $"is taken as it stands, without systemd: write the path itself, e.g. {Example}";
        if (path.StartsWith("file:", StringComparison.OrdinalIgnoreCase)) return "is an address: write the path alone, without file://";
        return path.Contains('\\', StringComparison.Ordinal) || path is [_, ':', '/', ..] ? $"is a path of Windows: write one with /, e.g. {Example}" : null;
    }

    [GeneratedRegex(@"^~|\$[A-Za-z_{(]")]
    private static partial Regex OfShell();

    [GeneratedRegex(@"^%[A-Za-z](/|\z)")]
    private static partial Regex OfSystemd();
}
