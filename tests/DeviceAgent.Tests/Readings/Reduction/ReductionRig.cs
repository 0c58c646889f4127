using System.Text;
using DeviceAgent.Diagnostics;
using DeviceAgent.Readings;
using DeviceAgent.Readings.Reduction;
using DeviceAgent.Settings;
using DeviceAgent.Spool;
using DeviceAgent.TestSupport;
using DeviceAgent.Tests.Upload;
using DeviceAgent.Upload.DynamoDb;

namespace DeviceAgent.Tests.Readings.Reduction;

/// <summary>Reduction between readings and a spool in memory, on a clock that a test moves, with its state in a folder.</summary>
internal sealed class ReductionRig : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ItemLimits _limits = new(new HashSet<string> { "serial_number", "timestamp" }, overheadBytes: 0);
    private readonly bool _isSimulated;
    private Ingest _ingest = null!;

    /// <param name="options">The rules.</param>
    /// <param name="timeIsKnown">Whether live readings get their timestamps at once.</param>
    /// <param name="isSimulated">The readings are made up, and are to say so.</param>
    public ReductionRig(ReductionOptions options, bool timeIsKnown = true, bool isSimulated = false)
    {
        _isSimulated = isSimulated;
        Options = new LiveOptions<ReductionOptions>(options);
        Start(timeIsKnown);
    }

    public ManualTimeProvider Time { get; } = new();

    public FakeSpool Spool { get; } = new();

    public CountedMetrics Counted { get; } = new();

    public RecordingLogger<EdgeReduction> Logger { get; } = new();

    public LiveOptions<ReductionOptions> Options { get; }

    public EdgeReduction Reduction { get; private set; } = null!;

    public string StateFile => _folder.File(EdgeReduction.FileName);

    /// <summary>What is stored, in its order.</summary>
    public IReadOnlyList<string> Items => [.. Spool.Appended.Select(e => Encoding.UTF8.GetString(e.Payload.Span))];

    public static EdgeReduction Off(Ingest ingest, LiveTimestamps timestamps, ISpool spool, AgentMetrics metrics, TimeProvider time) =>
        new(new ReductionOptions(), "/nonexistent", ingest, timestamps, spool, metrics, time, new RecordingLogger<EdgeReduction>());

    public static ReductionOptions Every(int seconds, WindowFunction functions = WindowFunction.Mean) =>
        new() { Rule = new ReductionRule { Every = TimeSpan.FromSeconds(seconds), Functions = functions } };

    /// <summary>The agent starts again: after a kill, unless <see cref="EdgeReduction.SaveOpen"/> was called.</summary>
    public void Start(bool timeIsKnown = true)
    {
        var timestamps = new LiveTimestamps(Time);
        if (timeIsKnown) timestamps.Open(_ => DateTimeOffset.UnixEpoch);
        _ingest = new Ingest(_limits, timestamps, "SN1");
        Reduction = new EdgeReduction(Options, _folder.Path, _ingest, timestamps, Spool, Counted.Metrics, Time, Logger);
    }

    /// <summary>A reading comes; live unless it brings its timestamp along.</summary>
    public async Task GiveAsync(string json, bool isRecorded = false)
    {
        var sample = ReadingJson.TryReadStored(Encoding.UTF8.GetBytes(json), out var problem);
        Assert.True(sample is not null, problem);
        var reading = _ingest.TryAccept(sample with { IsRecorded = isRecorded, IsSimulated = _isSimulated }, out problem);
        Assert.True(reading is not null, problem);
        await StoreAsync(Reduction.Take(reading));
    }

    /// <summary>Values of <c>t</c>, so many seconds apart.</summary>
    public async Task GiveEveryAsync(int seconds, params string[] values)
    {
        foreach (var value in values)
        {
            await GiveAsync($$"""{"t":{{value}}}""");
            Time.Advance(TimeSpan.FromSeconds(seconds));
        }
    }

    /// <summary>Readings with timestamps of their own: second of the minute 12:00 and value.</summary>
    public async Task GiveAtAsync(params (int Second, string Value)[] readings)
    {
        foreach (var (second, value) in readings) await GiveAsync($$"""{"timestamp":"{{TimestampText.Format(At(second))}}","t":{{value}}}""");
    }

    public Task StoreAsync(IReadOnlyList<AcceptedReading> readings) => Task.WhenAll(readings.Select(Reduction.AppendAsync));

    public static DateTimeOffset At(int second) => new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero).AddSeconds(second);

    public void Dispose()
    {
        _folder.Dispose();
        Counted.Dispose();
    }
}
