using System.Reflection;

namespace DeviceAgent.Diagnostics;

/// <summary>Which agent this is.</summary>
/// <param name="Version">E.g. <c>0.1.0</c>.</param>
/// <param name="Commit">The first 12 digits of the commit that it was built from; <c>unknown</c> outside of git.</param>
/// <param name="Date">The day of the build, or of SOURCE_DATE_EPOCH: <c>2026-11-29</c>.</param>
internal sealed record AgentBuild(string Version, string Commit, string Date)
{
    private const string Unknown = "unknown";
    private const int CommitDigits = 12;

    /// <summary>This one.</summary>
    public static AgentBuild Current { get; } = Of(
        typeof(AgentBuild).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion,
        typeof(AgentBuild).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().SingleOrDefault(a => a.Key == "BuildDate")?.Value);

    /// <param name="informational">As the SDK writes it: <c>VERSION+REVISION</c>, or <c>VERSION</c> alone.</param>
    /// <param name="date">The day of the build.</param>
    public static AgentBuild Of(string informational, string? date)
    {
        var plus = informational.IndexOf('+', StringComparison.Ordinal);
        var (version, revision) = plus < 0 ? (informational, "") : (informational[..plus], informational[(plus + 1)..]);
        return new AgentBuild(version, revision.Length == 0 ? Unknown : revision[..Math.Min(revision.Length, CommitDigits)], date ?? Unknown);
    }

    /// <summary>For people; the first word is the version alone.</summary>
    public override string ToString() => $"{Version} (commit {Commit}, built {Date})";
}
