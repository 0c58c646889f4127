using System.Text.Json;
using System.Text.Json.Serialization;
using DeviceAgent.Storage;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Readings.Sources;

/// <summary>
/// Which sensor has which name. A name is given once, to what sits at a place, and remembered in <c>sensors.json</c>: what else is there then does
/// not change it. Used by one loop.
/// </summary>
internal sealed class SensorRegister
{
    public const string FileName = "sensors.json";

    /// <summary>Sensors that come and go must not fill the file: of more than these, those that were not there for longest are forgotten.</summary>
    private const int MostRemembered = 1000;

    private readonly StateFile<SensorRecord>? _file;
    private readonly bool _isReadOnly;
    private readonly IReadOnlySet<string> _reserved;
    private readonly IReadOnlyDictionary<string, string> _configured;
    private readonly IReadOnlyList<string> _chosen;
    private readonly ILogger _logger;
    private List<NamedSensor> _remembered;
    private IReadOnlyList<(string Id, string Chip)>? _seen;
    private Dictionary<string, string> _names = [];
    private HashSet<string> _read = [];
    private bool _isUnwritten;
    private bool _saidUnwritten;
    private string? _saidUnused;
    private string? _saidAbsent;

    /// <param name="stateDirectory">Where it is remembered; null: nowhere.</param>
    /// <param name="reserved">Names that no attribute may have.</param>
    /// <param name="options">Which are read, and which names are given.</param>
    /// <param name="logger">Is told what has changed.</param>
    /// <param name="readOnly">Only looks at what is remembered, and remembers nothing: for commands.</param>
    public SensorRegister(string? stateDirectory, IReadOnlySet<string> reserved, SourceOptions options, ILogger logger, bool readOnly = false)
    {
        (_reserved, _configured, _chosen, _logger, _isReadOnly) = (reserved, options.Names, options.Sensors, logger, readOnly);
        if (stateDirectory is not null) _file = new StateFile<SensorRecord>(Path.Combine(stateDirectory, FileName), SensorRecordJson.Default.SensorRecord, r => r.Problem);
        var reading = readOnly ? _file?.Read() : _file?.Recover();
        if (reading?.Problem is { } problem)
        {
            if (readOnly) logger.SensorNamesNotRead(problem);
            else logger.SensorNamesLost(problem);
        }

        _remembered = [.. reading?.Value?.Sensors ?? []];
    }

    /// <summary>Each sensor with its name, no name twice, and whether it is one of those to be read.</summary>
    public IReadOnlyList<(Sensor Sensor, string Name, bool IsRead)> Name(IReadOnlyList<Sensor> found)
    {
        var sensors = WithUniqueIds(found);
        var seen = sensors.Select(s => (s.Place.Id, s.Chip)).ToList();
        if (_seen is null || !seen.SequenceEqual(_seen)) Assign(sensors);
        _seen = seen;
        if (_isUnwritten && !_isReadOnly) Save();
        return [.. sensors.Select(s => (s, _names[s.Place.Id], _read.Contains(s.Place.Id)))];
    }

    /// <summary>No two should be at one place; should the kernel say so all the same, they are told apart by their order.</summary>
    private static List<Sensor> WithUniqueIds(IReadOnlyList<Sensor> found) =>
        [.. found.GroupBy(s => s.Place.Id).SelectMany(same => same.Select((s, i) => i == 0 ? s : s with { Place = s.Place with { Id = $"{s.Place.Id}#{i + 1}" } }))];

    private void Assign(List<Sensor> sensors)
    {
        var before = _remembered.ToList();
        var known = new Dictionary<Sensor, NamedSensor>();
        foreach (var series in sensors.Where(s => s.Place.Series is not null).GroupBy(s => s.Place.Series!)) Recognise([.. series], known);
        foreach (var sensor in sensors.Where(s => s.Place.Series is null))
        {
            if (before.Find(n => n.Id == sensor.Place.Id) is not { } there) continue;
            if (there.Chip == sensor.Chip) known[sensor] = there;
            else Replaced(there, sensor);
        }

        if (_seen is null) SayMissing(sensors, known);
        foreach (var sensor in sensors.Where(s => !known.ContainsKey(s))) SayMoved(sensor, sensors);
        NameNew(sensors, known, []);
        var configured = Configured(sensors, known);
        GiveWay(known, configured);
        NameNew(sensors, known, _configured.Values);
        _names = sensors.ToDictionary(s => s.Place.Id, s => configured.GetValueOrDefault(s) ?? known[s].Name);
        _read = [.. Chosen(sensors, known).Select(s => s.Place.Id)];
        var present = known.Values.Select(n => n.Id).ToHashSet();
        if (_remembered.Count > MostRemembered) _remembered = [.. _remembered.Where(n => !present.Contains(n.Id)).Skip(_remembered.Count - MostRemembered), .. _remembered.Where(n => present.Contains(n.Id))];
        if (!_remembered.SequenceEqual(before)) _isUnwritten = true;
    }

    /// <summary>Those that only a number tells apart. The number may be another at each boot; their order, as many as they are, is not.</summary>
    private void Recognise(List<Sensor> sensors, Dictionary<Sensor, NamedSensor> known)
    {
        var remembered = InOrder(_remembered.Where(n => n.Series == sensors[0].Place.Series), n => n.Id).ToList();
        var ordered = InOrder(sensors, s => s.Place.Id).ToList();
        if (ordered.Count == remembered.Count)
        {
            foreach (var (sensor, name) in ordered.Zip(remembered)) known[sensor] = Move(name, sensor.Place.Id);
            return;
        }

        foreach (var sensor in ordered)
        {
            if (remembered.Find(n => n.Id == sensor.Place.Id) is { } same) known[sensor] = same;
        }

        if (remembered.Count > 0) _logger.SensorsNotToldApart(sensors[0].Place.Series!, remembered.Count, ordered.Count);

        static IEnumerable<T> InOrder<T>(IEnumerable<T> all, Func<T, string> id) => all.OrderBy(a => id(a).Length).ThenBy(id, StringComparer.Ordinal);
    }

    private NamedSensor Move(NamedSensor name, string id)
    {
        if (name.Id == id) return name;
        var moved = name with { Id = id };
        _remembered[_remembered.IndexOf(name)] = moved;
        return moved;
    }

    private void Replaced(NamedSensor there, Sensor sensor)
    {
        _logger.SensorReplaced(there.Id, sensor.Chip, there.Chip, there.Name);
        _remembered.Remove(there);
    }

    /// <summary>At the start: what was there in an earlier run.</summary>
    private void SayMissing(List<Sensor> sensors, Dictionary<Sensor, NamedSensor> known)
    {
        foreach (var missing in _remembered.Except(known.Values).Where(n => sensors.TrueForAll(s => s.Place.Id != n.Id))) _logger.SensorMissing(missing.Name, missing.Id);
    }

    /// <summary>A sensor of the same kind that is no longer where it was: perhaps this one.</summary>
    private void SayMoved(Sensor sensor, List<Sensor> sensors)
    {
        if (_remembered.Where(n => n.Chip == sensor.Chip && n.Series is null && Channel(n.Id) == Channel(sensor.Place.Id) && sensors.TrueForAll(s => s.Place.Id != n.Id)).ToList() is [var gone, ..])
            _logger.SensorMoved(sensor.Place.Id, gone.Name, gone.Id);

        static string Channel(string id) => id[(id.LastIndexOf('/') + 1)..];
    }

    /// <summary>What the configuration names, each by the one key that fits it; keys that fit none or several are said.</summary>
    private Dictionary<Sensor, string> Configured(List<Sensor> sensors, Dictionary<Sensor, NamedSensor> known)
    {
        var names = new Dictionary<Sensor, string>();
        var unused = new List<string>();
        foreach (var (key, name) in _configured)
        {
            var fitting = Fitting(sensors, known, key);
            if (fitting is [var one]) names[one] = name;
            else unused.Add(fitting.Count == 0 ? $"'{key}' fits no sensor that is there" : $"'{key}' fits {string.Join(" and ", fitting.Select(s => s.Place.Id))}");
        }

        var said = string.Join("; ", unused);
        if (said.Length > 0 && said != _saidUnused) _logger.SensorNamesUnused(said, string.Join(", ", sensors.Select(s => s.Place.Id).Order(StringComparer.Ordinal)));
        _saidUnused = said;
        return names;
    }

    /// <summary>Those to be read, all that a key fits or whose name it is; keys that fit none are said.</summary>
    private IEnumerable<Sensor> Chosen(List<Sensor> sensors, Dictionary<Sensor, NamedSensor> known)
    {
        if (_chosen.Count == 0) return sensors;
        var chosen = _chosen.Select(key => (Key: key, Sensors: (List<Sensor>)[.. Fitting(sensors, known, key).Union(sensors.Where(s => _names[s.Place.Id] == key))])).ToList();
        var said = string.Join(", ", chosen.Where(c => c.Sensors.Count == 0).Select(c => $"'{c.Key}'"));
        if (said.Length > 0 && said != _saidAbsent) _logger.SensorsChosenAbsent(said, string.Join(", ", sensors.Select(s => s.Place.Id).Order(StringComparer.Ordinal)));
        _saidAbsent = said;
        return chosen.SelectMany(c => c.Sensors);
    }

    private static List<Sensor> Fitting(List<Sensor> sensors, Dictionary<Sensor, NamedSensor> known, string key)
    {
        var exact = sensors.Where(s => s.Place.Id == key || s.Place.Kernel == key).ToList();
        return exact.Count > 0 ? exact : [.. sensors.Where(s => Fits(s, known.GetValueOrDefault(s), key))];
    }

    /// <summary>An end of its place, <c>1-0048/temp1</c>, with or without the channel; or the name that it has without the configuration.</summary>
    private static bool Fits(Sensor sensor, NamedSensor? known, string key)
    {
        if (known?.Name == key) return true;
        return new[] { sensor.Place.Id, sensor.Place.Kernel }.Any(p => EndsWith(p, key) || EndsWith(p[..Math.Max(p.LastIndexOf('/'), 0)], key));

        static bool EndsWith(string path, string end) => path == end || path.EndsWith($"/{end}", StringComparison.Ordinal);
    }

    /// <summary>Whose name the configuration gives to another that is there loses it.</summary>
    private void GiveWay(Dictionary<Sensor, NamedSensor> known, Dictionary<Sensor, string> configured)
    {
        var given = configured.Values.ToHashSet();
        foreach (var (sensor, name) in known.Where(k => !configured.ContainsKey(k.Key) && given.Contains(k.Value.Name)).ToList())
        {
            known.Remove(sensor);
            _remembered.Remove(name);
        }
    }

    /// <summary>Gives a name to each that has none.</summary>
    private void NameNew(List<Sensor> sensors, Dictionary<Sensor, NamedSensor> known, IEnumerable<string> given)
    {
        var taken = _remembered.Select(n => n.Name).Concat(_reserved).Concat(given).ToHashSet(StringComparer.Ordinal);
        var unnamed = sensors.Where(s => !known.ContainsKey(s)).OrderBy(s => s.Place.Order.Length).ThenBy(s => s.Place.Order, StringComparer.Ordinal).ToList();

        // Whoever can have its own name gets it before others are numbered.
        foreach (var sensor in unnamed.Where(s => taken.Add(s.Name))) Remember(sensor, sensor.Name);
        foreach (var sensor in unnamed.Where(s => !known.ContainsKey(s))) Remember(sensor, Numbered(sensor.Name));

        string Numbered(string name)
        {
            var number = 2;
            while (!taken.Add($"{name}_{number}")) number++;
            return $"{name}_{number}";
        }

        void Remember(Sensor sensor, string name)
        {
            known[sensor] = new NamedSensor(sensor.Place.Id, name, sensor.Chip, sensor.Place.Series);
            _remembered.Add(known[sensor]);
        }
    }

    private void Save()
    {
        var problem = _file?.TryWrite(new SensorRecord { Sensors = _remembered });
        if (problem is not null && !_saidUnwritten) _logger.SensorNamesNotWritten(problem);
        (_isUnwritten, _saidUnwritten) = (problem is not null, problem is not null);
    }
}

/// <summary>The content of <c>sensors.json</c>. What a file leaves out comes as null, and counts as empty.</summary>
internal sealed record SensorRecord
{
    /// <summary>In the order in which they were named.</summary>
    public IReadOnlyList<NamedSensor> Sensors { get; init => field = value ?? field; } = [];

    /// <summary>Why it cannot be used; null when it can.</summary>
    [JsonIgnore]
    public string? Problem => Sensors.Any(s => s is not { Id.Length: > 0, Name.Length: > 0, Chip: not null }) ? "an entry has no id, no name or no chip"
        : Sensors.DistinctBy(s => s.Id).Count() < Sensors.Count || Sensors.DistinctBy(s => s.Name).Count() < Sensors.Count ? "an id or a name comes twice"
        : null;
}

/// <summary>A sensor that was given a name.</summary>
/// <param name="Id">Where it sits.</param>
/// <param name="Name">The attribute's name, unless the configuration has another.</param>
/// <param name="Chip">What sits there.</param>
/// <param name="Series">Set where only a number tells it from others: what it has in common with them.</param>
internal sealed record NamedSensor(string Id, string Name, string Chip, string? Series = null);

/// <summary>The form of <c>sensors.json</c>.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.General, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SensorRecord))]
internal sealed partial class SensorRecordJson : JsonSerializerContext;
