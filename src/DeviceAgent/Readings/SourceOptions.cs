using DeviceAgent.Readings.Sources;
using DeviceAgent.Settings;

namespace DeviceAgent.Readings;

/// <summary>The section <c>source</c>.</summary>
internal sealed record SourceOptions
{
    /// <summary>A <see cref="File"/> that begins so names a recording that ships with the agent.</summary>
    public const string BuiltinPrefix = "builtin:";

    /// <summary>Required.</summary>
    public SourceKind Kind { get; init; }

    /// <summary>simulated, linux: time between two readings. replay: the same, for a file without times. 0.01 to 86400 s.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>simulated: makes the same course each time; random when left out.</summary>
    public int? Seed { get; init; }

    /// <summary>replay: the file, required; <c>builtin:occupancy</c> is the one that ships with the agent.</summary>
    public string? File { get; init; }

    /// <summary>replay: csv or ndjson; by default told by the file's name (.ndjson, .jsonl; else csv).</summary>
    public FileFormat Format { get; init; }

    /// <summary>replay: times the recorded speed, 0 to 1000000; 0 = as fast as readings are stored.</summary>
    public double Speed { get; init; } = 1;

    /// <summary>replay: keep the recorded timestamps, or stamp each reading when it is replayed.</summary>
    public TimestampMode Timestamps { get; init; } = TimestampMode.Recorded;

    /// <summary>replay: begin again at the end, with the timestamps moved on by the length of the recording.</summary>
    public bool Repeat { get; init; }

    /// <summary>replay, csv: column name to attribute name; other columns keep their names.</summary>
    public IReadOnlyDictionary<string, string> Columns { get; init; } = new Dictionary<string, string>();

    /// <summary>replay, csv: the column of the time; by default the one called timestamp, time, date or datetime.</summary>
    public string? TimestampColumn { get; init; }

    /// <summary>linux: where sysfs is mounted.</summary>
    public string SysfsRoot { get; init; } = "/sys";

    public static SourceOptions Read(SettingsReader settings)
    {
        var defaults = new SourceOptions();
        if (!settings.Has("kind")) settings.Error("kind", null, "is missing: one of simulated, replay, linux, stdin");
        var file = settings.Text("file");
        if (file is not null && !file.StartsWith(BuiltinPrefix, StringComparison.Ordinal)) file = Path.GetFullPath(file, settings.BaseDirectory);
        var options = new SourceOptions
        {
            Kind = settings.Choice("kind", defaults.Kind),
            Interval = settings.Seconds("intervalSeconds", defaults.Interval, 0.01, 86_400),
            Seed = settings.Has("seed") ? settings.Integer("seed", 0, int.MinValue, int.MaxValue) : null,
            File = file,
            Format = settings.Choice("format", FormatOf(file)),
            Speed = settings.Number("speed", defaults.Speed, 0, 1_000_000),
            Timestamps = settings.Choice("timestamps", defaults.Timestamps),
            Repeat = settings.Flag("repeat", defaults.Repeat),
            Columns = ReadColumns(settings.Section("columns")),
            TimestampColumn = settings.Text("timestampColumn"),
            SysfsRoot = settings.FilePath("sysfsRoot") ?? defaults.SysfsRoot,
        };
        settings.ReportUnknown();
        options.CheckKind(settings);
        return options;
    }

    private void CheckKind(SettingsReader settings)
    {
        if (Kind == SourceKind.Linux && settings.Has("sysfsRoot") && !Directory.Exists(SysfsRoot)) settings.Error("sysfsRoot", SysfsRoot, "there is no such folder");
        if (Kind != SourceKind.Replay || !settings.Has("kind")) return;
        if (File is null) settings.Error("file", null, "is missing: the file to replay, e.g. builtin:occupancy");
        else if (RecordingFile.FindProblem(this) is { } problem) settings.Error("file", File, problem);
    }

    private static FileFormat FormatOf(string? file) => Path.GetExtension(file)?.ToLowerInvariant() is ".ndjson" or ".jsonl" ? FileFormat.Ndjson : FileFormat.Csv;

    private static Dictionary<string, string> ReadColumns(SettingsReader settings)
    {
        var columns = new Dictionary<string, string>();
        foreach (var (column, value) in settings.Free())
        {
            if (SettingsReader.Scalar(value) is { Length: > 0 } attribute) columns[column] = attribute;
            else settings.Error(column, value?.ToJsonString(), "must be the name of an attribute");
        }

        return columns;
    }
}

/// <summary>Where readings come from.</summary>
internal enum SourceKind
{
    /// <summary>A thermostat in a simulated room.</summary>
    Simulated,

    /// <summary>A CSV or NDJSON file.</summary>
    Replay,

    /// <summary>The sensors that the Linux kernel shows.</summary>
    Linux,

    /// <summary>JSON objects, one a line, on standard input.</summary>
    Stdin,
}

/// <summary>How a recording is written.</summary>
internal enum FileFormat
{
    /// <summary>RFC 4180 with a header.</summary>
    Csv,

    /// <summary>One JSON object a line.</summary>
    Ndjson,
}

/// <summary>Which timestamps replayed readings carry.</summary>
internal enum TimestampMode
{
    /// <summary>Those of the file.</summary>
    Recorded,

    /// <summary>The moment of the replay.</summary>
    Now,
}
