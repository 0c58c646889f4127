using DeviceAgent.Settings;

namespace DeviceAgent.Readings.Reduction;

/// <summary>The section <c>reduction</c>: what is done at the edge so that fewer items are written. Off by default.</summary>
internal sealed record ReductionOptions
{
    /// <summary>For all attributes without a rule of their own.</summary>
    public ReductionRule Rule { get; init; } = new();

    /// <summary>For attributes with a rule of their own.</summary>
    public IReadOnlyDictionary<string, ReductionRule> Attributes { get; init; } = new Dictionary<string, ReductionRule>();

    /// <summary>How long a window waits, by the readings' own timestamps, for some that come late. 0 to 86400 s.</summary>
    public TimeSpan Lateness { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How often open windows are saved at most: as much of them a power cut costs. 1 to 3600 s.</summary>
    public TimeSpan SavePeriod { get; init; } = TimeSpan.FromSeconds(30);

    public bool IsOff => Rule.IsOff && Attributes.Values.All(r => r.IsOff);

    public ReductionRule RuleOf(string attribute) => Attributes.GetValueOrDefault(attribute, Rule);

    /// <param name="settings">The section.</param>
    /// <param name="reservedNames">Names that no attribute may have.</param>
    public static ReductionOptions Read(SettingsReader settings, IReadOnlySet<string> reservedNames)
    {
        var defaults = new ReductionOptions();
        var rule = ReductionRule.Read(settings, defaults.Rule);
        var options = new ReductionOptions
        {
            Rule = rule,
            Attributes = ReadAttributes(settings.Section("attributes"), rule, reservedNames),
            Lateness = settings.Seconds("lateSeconds", defaults.Lateness, 0, 86_400),
            SavePeriod = settings.Seconds("saveSeconds", defaults.SavePeriod, 1, 3600),
        };
        settings.ReportUnknown();
        return options;
    }

    private static Dictionary<string, ReductionRule> ReadAttributes(SettingsReader settings, ReductionRule otherwise, IReadOnlySet<string> reservedNames)
    {
        var rules = new Dictionary<string, ReductionRule>();
        foreach (var (attribute, _) in settings.Free())
        {
            var section = settings.Section(attribute);
            var rule = ReductionRule.Read(section, otherwise);
            section.ReportUnknown();
            if (rule.IsWindowed && WindowFunctions.NamesOf(attribute).FirstOrDefault(reservedNames.Contains) is { } taken)
                settings.Error(attribute, null, $"its windows would have an attribute {Shown.Of(taken)}, which is the name of a key or of the TTL attribute; rename the attribute");
            rules[attribute] = rule;
        }

        settings.ReportUnknown();
        return rules;
    }
}

/// <summary>How an attribute is reduced: first by windows, then what they give by what has changed.</summary>
internal readonly record struct ReductionRule()
{
    /// <summary>Shorter windows than this would reduce nothing.</summary>
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);

    /// <summary>The length of the windows, in whole milliseconds; zero: none.</summary>
    public TimeSpan Every { get; init; }

    /// <summary>What is told of a window.</summary>
    public WindowFunction Functions { get; init; } = WindowFunction.Min | WindowFunction.Mean | WindowFunction.Max;

    /// <summary>A number is sent when it differs by more than this from the one sent last, 0 to 1,000,000,000; zero: by anything.</summary>
    public decimal DeadBand { get; init; }

    /// <summary>The same in percent of the one sent last, 0 to 1000. Where both are set the wider one counts.</summary>
    public decimal DeadBandPercent { get; init; }

    /// <summary>A value is sent when it is not the one that was sent last.</summary>
    public bool OnChange { get; init; }

    /// <summary>The heartbeat: a value that comes so long after the one sent last is sent anyway. Zero: never.</summary>
    public TimeSpan AtLeastEvery { get; init; }

    public bool IsWindowed => Every > TimeSpan.Zero;

    public bool IsFiltered => OnChange || DeadBand > 0 || DeadBandPercent > 0;

    public bool IsOff => !IsWindowed && !IsFiltered;

    public static ReductionRule Read(SettingsReader settings, ReductionRule otherwise)
    {
        var every = settings.Seconds("everySeconds", otherwise.Every, 0, 86_400);
        if (every > TimeSpan.Zero && every < Shortest) settings.Error("everySeconds", settings.Text("everySeconds"), "must be 0 for no windows, or at least 1");
        return new ReductionRule
        {
            Every = TimeSpan.FromMilliseconds(Math.Round(every.TotalMilliseconds)),
            Functions = WindowFunctions.Read(settings, "functions", otherwise.Functions),
            DeadBand = (decimal)settings.Number("deadband", (double)otherwise.DeadBand, 0, 1_000_000_000),
            DeadBandPercent = (decimal)settings.Number("deadbandPercent", (double)otherwise.DeadBandPercent, 0, 1000),
            OnChange = settings.Flag("onChange", otherwise.OnChange),
            AtLeastEvery = settings.Seconds("atLeastEverySeconds", otherwise.AtLeastEvery, 0, 604_800),
        };
    }
}
