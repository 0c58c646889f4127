using DeviceAgent.Settings;

namespace DeviceAgent.Readings;

/// <summary>The sources of readings: the one of the section <c>source</c>, or those of <c>sources</c>, each with a name.</summary>
internal static class SourceList
{
    public const string One = "source";
    public const string Several = "sources";

    /// <summary>Each has a loop and up to 512 readings in flight.</summary>
    private const int Most = 16;

    private const int LongestName = 32;

    /// <summary>Of these kinds there can be one only: there is one standard input, and one set of sensors, whose names are remembered.</summary>
    private static readonly SourceKind[] _single = [SourceKind.Stdin, SourceKind.Linux];

    /// <param name="settings">The whole configuration.</param>
    /// <param name="reservedNames">Names that no attribute may have.</param>
    /// <returns>At least one, in the order of the configuration.</returns>
    public static IReadOnlyList<SourceOptions> Read(SettingsReader settings, IReadOnlySet<string> reservedNames)
    {
        var several = settings.Sections(Several);
        if (!settings.Has(Several)) return [SourceOptions.Read(settings.Section(One), null, reservedNames)];
        if (settings.Has(One)) settings.Error(One, null, $"is set beside {Several}: make it one of them");
        if (several.Count == 0) settings.Error(Several, null, $"names no source. Where the agent is to read nothing itself, leave it out and set {One}.kind to none");
        if (several.Count > Most) settings.Error(Several, null, $"has {several.Count} sources; at most {Most} can be read at once");
        var sources = new List<SourceOptions>();
        foreach (var (name, section) in several)
        {
            var source = SourceOptions.Read(section, name, reservedNames);
            if (!IsName(name)) settings.Error($"{Several}.{name}", null, $"the name of a source must be 1 to {LongestName} of A-Z a-z 0-9 _ -");
            if (section.Has("kind") && source.Kind == SourceKind.None) section.Error("kind", source.KindName, "leave this source out: other programs can hand in readings beside any source");
            if (section.Has("kind") && _single.Contains(source.Kind) && sources.Find(s => s.Kind == source.Kind) is { } other)
                section.Error("kind", source.KindName, $"is that of {other.Section} already, and there can be only one{(source.Kind == SourceKind.Linux ? ": it reads all sensors" : "")}");
            sources.Add(source);
        }

        return sources.Count > 0 ? sources : [new SourceOptions { Kind = SourceKind.None }];
    }

    private static bool IsName(string name) => name.Length is > 0 and <= LongestName && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-');
}
