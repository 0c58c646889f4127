using System.Text.Json;
using DeviceAgent.Credentials.Text;
using DeviceAgent.Readings.Sources;
using DeviceAgent.Settings;

namespace DeviceAgent.Readings;

/// <summary>The section <c>source</c>, or one of <c>sources</c>.</summary>
internal sealed record SourceOptions
{
    /// <summary>A <see cref="File"/> that begins so names a recording that ships with the agent.</summary>
    public const string BuiltinPrefix = "builtin:";

    /// <summary>Is true in each item whose values are made up, unless <see cref="MarkSimulated"/> is off.</summary>
    public const string SimulatedName = "simulated";

    /// <summary>Which of <c>sources</c>; null for the one of <c>source</c>.</summary>
    public string? Name { get; init; }

    /// <summary>Where it is configured.</summary>
    public string Section => Name is null ? SourceList.One : $"{SourceList.Several}.{Name}";

    /// <summary>As people are told of it.</summary>
    public string Shown => Name is null ? KindName : $"{Name} ({KindName})";

    /// <summary>Something said of it, beginning with its name where there are several.</summary>
    public string Named(string what) => Name is null ? what : $"{Name}: {what}";

    /// <summary>For its readings that bring none, in <c>sources</c>; null: the configured one of the device.</summary>
    public string? SerialNumber { get; init; }

    /// <summary>Required.</summary>
    public SourceKind Kind { get; init; }

    /// <summary>As in the configuration.</summary>
    public string KindName => JsonNamingPolicy.CamelCase.ConvertName(Kind.ToString());

    /// <summary>simulated, linux: time between two readings. replay: the same, for a file without times. 0.01 to 86400 s.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>simulated: makes the same course each time; random when left out.</summary>
    public int? Seed { get; init; }

    /// <summary>simulated: its items have the attribute <see cref="SimulatedName"/>.</summary>
    public bool MarkSimulated { get; init; } = true;

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

    /// <summary>replay, csv: the form of the file.</summary>
    public CsvOptions Csv { get; init; } = new();

    /// <summary>replay, stdin: how the text is encoded; null: by its byte order mark, else UTF-8.</summary>
    public TextEncoding? Encoding { get; init; }

    /// <summary>replay, stdin: what the numbers are that stand for times.</summary>
    public TimestampUnit TimestampUnit { get; init; }

    /// <summary>replay, stdin: where <see cref="TimestampUnit.StartSeconds"/> are counted from, in whole milliseconds.</summary>
    public DateTimeOffset? TimestampStart { get; init; }

    /// <summary>linux: where sysfs is mounted.</summary>
    public string SysfsRoot { get; init; } = "/sys";

    /// <summary>linux: only these are read, each as in <see cref="Names"/>, or by its name; empty: all.</summary>
    public IReadOnlyList<string> Sensors { get; init; } = [];

    /// <summary>linux: the sensor's place or present name to attribute name; other sensors are named by chip and label.</summary>
    public IReadOnlyDictionary<string, string> Names { get; init; } = new Dictionary<string, string>();

    /// <summary>What people must know of where the readings come from; null: what the kind says is all.</summary>
    public string? Notice => Kind switch
    {
        SourceKind.Simulated => $"the readings are made up: {Section}.kind is simulated; linux reads the sensors of this device, none leaves the readings to other programs",
        SourceKind.Replay when File?.StartsWith(BuiltinPrefix, StringComparison.Ordinal) == true => $"the readings are a recording that comes with the agent ({File}); this device has not measured them",
        SourceKind.None => "the agent reads nothing itself: other programs hand in readings",
        _ => null,
    };

    /// <param name="settings">The section.</param>
    /// <param name="name">Of one of several.</param>
    /// <param name="reservedNames">Names that no attribute may have.</param>
    public static SourceOptions Read(SettingsReader settings, string? name, IReadOnlySet<string> reservedNames)
    {
        var defaults = new SourceOptions();
        if (!settings.Has("kind")) settings.Error("kind", null, "is missing: one of linux, stdin, none, replay, simulated");
        var file = settings.Text("file");
        if (file is not null && !file.StartsWith(BuiltinPrefix, StringComparison.Ordinal)) file = Path.GetFullPath(file, settings.BaseDirectory);
        var options = new SourceOptions
        {
            Name = name,
            SerialNumber = name is null ? null : settings.Text("serialNumber"),
            Kind = settings.Choice("kind", defaults.Kind),
            Interval = settings.Seconds("intervalSeconds", defaults.Interval, 0.01, 86_400),
            Seed = settings.Has("seed") ? settings.Integer("seed", 0, int.MinValue, int.MaxValue) : null,
            MarkSimulated = settings.Flag("markSimulated", defaults.MarkSimulated),
            File = file,
            Format = settings.Choice("format", FormatOf(file)),
            Speed = settings.Number("speed", defaults.Speed, 0, 1_000_000),
            Timestamps = settings.Choice("timestamps", defaults.Timestamps),
            Repeat = settings.Flag("repeat", defaults.Repeat),
            Csv = new CsvOptions
            {
                Delimiter = ReadDelimiter(settings, defaults.Csv.Delimiter),
                DecimalComma = settings.Flag("decimalComma", defaults.Csv.DecimalComma),
                Columns = ReadColumns(settings.Section("columns")),
                TimestampColumn = settings.Text("timestampColumn"),
                Types = ReadTypes(settings.Section("types")),
                ReservedNames = reservedNames,
            },
            Encoding = ReadEncoding(settings),
            TimestampUnit = settings.Choice("timestampUnit", defaults.TimestampUnit),
            TimestampStart = ReadStart(settings),
            SysfsRoot = settings.FilePath("sysfsRoot") ?? defaults.SysfsRoot,
            Sensors = settings.Words("sensors"),
            Names = ReadNames(settings.Section("names"), reservedNames),
        };
        settings.ReportUnknown();
        options.CheckKind(settings);
        if (settings.Has("kind") && options is { Kind: SourceKind.Simulated, MarkSimulated: true } && reservedNames.Contains(SimulatedName))
            settings.Error("markSimulated", null, $"the items would get the attribute {SimulatedName}, which is the name of a key or of the TTL attribute: set it to false");
        return options;
    }

    private void CheckKind(SettingsReader settings)
    {
        if (Kind == SourceKind.Linux && settings.Has("sysfsRoot") && !Directory.Exists(SysfsRoot)) settings.Error("sysfsRoot", SysfsRoot, "there is no such folder");
        if (TimestampUnit == TimestampUnit.StartSeconds && TimestampStart is null && !settings.Has("timestampStart"))
            settings.Error("timestampStart", null, $"is missing: the time from which {Section}.timestampUnit startSeconds counts, e.g. 2026-01-05T10:00:00Z");
        if (Kind != SourceKind.Replay || !settings.Has("kind")) return;
        if (File is null) settings.Error("file", null, "is missing: the file to replay, e.g. builtin:occupancy");
        else if (SettingsReader.FindNoFile(File) is { } kind) settings.Error("file", File, Directory.Exists(File) ? kind : $"{kind}; what another program writes is read with the kind stdin");
        else if ((RecordingForm.FindProblem(this) ?? RecordingFile.FindProblem(this)) is { } problem) settings.Error("file", File, problem);
    }

    private static FileFormat FormatOf(string? file) => Path.GetExtension(file)?.ToLowerInvariant() is ".ndjson" or ".jsonl" ? FileFormat.Ndjson : FileFormat.Csv;

    private static Dictionary<string, string> ReadNames(SettingsReader settings, IReadOnlySet<string> reservedNames)
    {
        var names = new Dictionary<string, string>();
        foreach (var (sensor, value) in settings.Free())
        {
            if (SettingsReader.Scalar(value) is not { Length: > 0 } name) settings.Error(sensor, value?.ToJsonString(), "must be the name of an attribute");
            else if (reservedNames.Contains(name)) settings.Error(sensor, name, "is the name of a key or of the TTL attribute; choose another");
            else if (names.FirstOrDefault(n => n.Value == name) is { Key: { } other }) settings.Error(sensor, name, $"is the name of {settings.KeyOf(other)} already; choose another");
            else names[sensor] = name;
        }

        return names;
    }

    private static char ReadDelimiter(SettingsReader settings, char otherwise)
    {
        if (settings.Text("delimiter") is not { } text) return otherwise;
        if (text.Equals("tab", StringComparison.OrdinalIgnoreCase)) return '\t';
        if (text is [var one] && one != '"' && !char.IsLetterOrDigit(one) && one is '\t' or > ' ' and <= '~' and not ('.' or '+' or '-')) return one;
        settings.Error("delimiter", text, "must be one character between two fields, such as \",\", \";\" or \"|\", or tab");
        return otherwise;
    }

    private static TextEncoding? ReadEncoding(SettingsReader settings)
    {
        if (settings.Text("encoding") is not { } text) return null;
        if (TextEncodings.Find(text) is { } encoding) return encoding;
        settings.Error("encoding", text, $"must be one of {TextEncodings.Names}");
        return null;
    }

    private static DateTimeOffset? ReadStart(SettingsReader settings)
    {
        if (settings.Text("timestampStart") is not { } text) return null;
        if (TimestampText.TryRead(text, out var start) && start.Finer.Length == 0) return start.Moment;
        settings.Error("timestampStart", text, "must be a time in whole milliseconds, such as 2026-01-05T10:00:00Z");
        return null;
    }

    private static Dictionary<string, CsvType> ReadTypes(SettingsReader settings)
    {
        var types = new Dictionary<string, CsvType>();
        foreach (var (column, value) in settings.Free())
        {
            if (SettingsReader.Scalar(value) is { } text && Enum.GetNames<CsvType>().Contains(text, StringComparer.OrdinalIgnoreCase)) types[column] = Enum.Parse<CsvType>(text, ignoreCase: true);
            else settings.Error(column, value?.ToJsonString(), "must be the type of the column: number, text or boolean");
        }

        return types;
    }

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

    /// <summary>Nothing: other programs hand in readings.</summary>
    None,
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
