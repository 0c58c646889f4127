using System.IO.Hashing;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Json.Serialization;
using DeviceAgent.Storage;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.History;

/// <summary>
/// The last day in samples of a minute: what waits, what was uploaded, how old the credentials are, and the values of a few sensors. In memory, and in
/// <c>history.json</c>, which is written seldom (<see cref="HistoryService"/>). Thread-safe.
/// </summary>
internal sealed class DayHistory
{
    public const string FileName = "history.json";

    /// <summary>Minutes of a day.</summary>
    public const int MostSamples = 1440;

    /// <summary>Values of sensors that are followed, the first that are seen; one that was silent for a day gives its place away.</summary>
    public const int MostSeries = 6;

    /// <summary>Of a followed value, in UTF-16 units.</summary>
    public const int LongestName = 100;

    private readonly ILogger<DayHistory> _logger;
    private readonly StateFile<HistoryRecord> _file;
    private readonly Lock _gate = new();
    private readonly List<HistorySample> _samples = [];
    private readonly List<string> _series = [];
    private bool _isSaved = true;

    public DayHistory(string stateDirectory, ILogger<DayHistory> logger)
    {
        _logger = logger;
        _file = new StateFile<HistoryRecord>(Path.Combine(stateDirectory, FileName), HistoryJson.Default.HistoryRecord, r => r.Problem);
        var reading = _file.Recover();
        if (reading.Problem is { } problem) logger.HistoryNotRead(problem);
        if (reading.Value is not { } record) return;
        _series.AddRange(record.Series);
        _samples.AddRange(record.Unpack());
    }

    /// <summary>Names of the followed values, and the samples since then, the oldest first.</summary>
    /// <param name="after">Minutes since 1970; null: all.</param>
    public (IReadOnlyList<string> Series, IReadOnlyList<HistorySample> Samples) Read(int? after = null)
    {
        lock (_gate) return ([.. _series], [.. after is { } minute ? _samples.Where(s => s.Minute > minute) : _samples]);
    }

    /// <summary>Adds a sample. Samples of its time or later, which the clock had been wrong about, go, and so does what is older than a day.</summary>
    /// <param name="sample">Without values.</param>
    /// <param name="values">New values of sensors, by name.</param>
    public void Add(HistorySample sample, IEnumerable<KeyValuePair<string, double>> values)
    {
        lock (_gate)
        {
            while (_samples.Count > 0 && _samples[^1].Minute >= sample.Minute) _samples.RemoveAt(_samples.Count - 1);
            _samples.RemoveRange(0, _samples.TakeWhile(s => s.Minute <= sample.Minute - MostSamples).Count());
            sample.Values.Clear();
            foreach (var (name, value) in values)
            {
                if (float.IsFinite((float)value) && PlaceOf(name, sample) is { } place) sample.Values[place] = (float)value;
            }

            _samples.Add(sample);
            _isSaved = false;
        }
    }

    /// <summary>Writes it; nothing where nothing was added since.</summary>
    public void Save()
    {
        HistoryRecord record;
        lock (_gate)
        {
            if (_isSaved) return;
            record = HistoryRecord.Of(_series, _samples);
            _isSaved = true;
        }

        if (_file.TryWrite(record) is { } problem) _logger.HistoryNotSaved(_file.Path, problem);
    }

    /// <summary>The column of the name; null where there is no room for it.</summary>
    private int? PlaceOf(string name, HistorySample sample)
    {
        if (name.Length > LongestName) return null;
        if (_series.IndexOf(name) is >= 0 and var known) return known;
        if (_series.Count < MostSeries)
        {
            _series.Add(name);
            return _series.Count - 1;
        }

        for (var i = 0; i < MostSeries; i++)
        {
            var column = i;
            if (!float.IsNaN(sample.Values[i]) || _samples.Exists(s => !float.IsNaN(s.Values[column]))) continue;
            _series[i] = name;
            return i;
        }

        return null;
    }
}

/// <summary>A minute.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal struct HistorySample
{
    public const int None = -1;

    /// <summary>Minutes since 1970.</summary>
    public int Minute;

    /// <summary>Readings in the spool.</summary>
    public int Waiting;

    /// <summary>Readings uploaded in this minute.</summary>
    public int Uploaded;

    /// <summary>Seconds since the credentials were received; <see cref="None"/> without valid ones.</summary>
    public int CredentialAge;

    /// <summary>One for each followed name; not a number where there is none.</summary>
    public SampleValues Values;
}

/// <summary>Values of a sample.</summary>
[InlineArray(DayHistory.MostSeries)]
internal struct SampleValues
{
    private float _first;

    public void Clear() => ((Span<float>)this).Fill(float.NaN);
}

/// <summary>The history on disk.</summary>
/// <param name="Version">Of this form.</param>
/// <param name="Series">Names of the followed values.</param>
/// <param name="Samples">Each four whole numbers of 32 bits and, for each name, one of IEEE 754 in 32; the lowest byte first.</param>
/// <param name="Checksum">XXH3 of the samples.</param>
internal sealed record HistoryRecord(int Version, IReadOnlyList<string> Series, byte[] Samples, ulong Checksum)
{
    private const int CurrentVersion = 1;
    private const int Head = 4 * sizeof(int);

    private int Row => RowOf(Series.Count);

    /// <summary>Why it cannot be used; null when it can.</summary>
    [JsonIgnore]
    public string? Problem =>
        Version != CurrentVersion ? $"it has version {Version}, this agent knows {CurrentVersion}"
        : Series.Count > DayHistory.MostSeries || Series.Any(s => s is null) || Series.Distinct().Count() < Series.Count ? "its series have no names"
        : Series.Any(s => s.Length > DayHistory.LongestName) ? "its series have names that are too long"
        : Samples.Length % Row != 0 || Samples.Length / Row > DayHistory.MostSamples ? "it does not hold whole samples"
        : XxHash3.HashToUInt64(Samples) != Checksum ? "its checksum is wrong"
        : Unpack() is var samples && samples.Zip(samples.Skip(1)).Any(p => p.First.Minute >= p.Second.Minute) ? "its samples are not in order"
        : Unpack().Any(s => ((ReadOnlySpan<float>)s.Values).ContainsAny(float.PositiveInfinity, float.NegativeInfinity)) ? "it holds values that are no numbers"
        : null;

    public static HistoryRecord Of(IReadOnlyList<string> series, IReadOnlyList<HistorySample> samples)
    {
        var row = RowOf(series.Count);
        var bytes = new byte[row * samples.Count];
        for (var i = 0; i < samples.Count; i++)
        {
            var sample = samples[i];
            MemoryMarshal.AsBytes(new ReadOnlySpan<HistorySample>(in sample))[..row].CopyTo(bytes.AsSpan(i * row));
        }

        return new HistoryRecord(CurrentVersion, [.. series], bytes, XxHash3.HashToUInt64(bytes));
    }

    public IReadOnlyList<HistorySample> Unpack()
    {
        var samples = new HistorySample[Samples.Length / Row];
        for (var i = 0; i < samples.Length; i++)
        {
            samples[i].Values.Clear();
            Samples.AsSpan(i * Row, Row).CopyTo(MemoryMarshal.AsBytes(samples.AsSpan(i, 1)));
        }

        return samples;
    }

    private static int RowOf(int series) => Head + (series * sizeof(float));
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(HistoryRecord))]
internal sealed partial class HistoryJson : JsonSerializerContext;
