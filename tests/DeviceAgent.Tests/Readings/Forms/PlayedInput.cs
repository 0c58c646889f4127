using System.Text;
using DeviceAgent.Readings;
using DeviceAgent.Readings.Sources;
using DeviceAgent.Spool;
using DeviceAgent.TestSupport;
using DeviceAgent.Tests.Readings.Reduction;
using DeviceAgent.Tests.Upload;
using DeviceAgent.Timing;
using DeviceAgent.Upload.DynamoDb;
using Microsoft.Extensions.Logging.Abstractions;

namespace DeviceAgent.Tests.Readings.Forms;

/// <summary>What becomes of a file or of standard input, from its bytes to the spool and the log.</summary>
/// <param name="Stored">The readings as JSON, in their order.</param>
/// <param name="Refused">What is said of each line that was skipped.</param>
/// <param name="Skipped">The end says that something was skipped, and how much.</param>
/// <param name="Notices">What was decided where the form is not plain.</param>
internal sealed record PlayedInput(IReadOnlyList<string> Stored, IReadOnlyList<string> Refused, string? Skipped, IReadOnlyList<string> Notices)
{
    /// <summary>The agent's clock says 2026-03-01 12:00.</summary>
    public static readonly ManualTimeProvider Time = new();

    public static Task<PlayedInput> CsvAsync(string text, CsvOptions? options = null, TimestampUnit unit = default, DateTimeOffset? start = null) => CsvAsync(Encoding.UTF8.GetBytes(text), options, unit, start);

    public static Task<PlayedInput> CsvAsync(byte[] file, CsvOptions? options = null, TimestampUnit unit = default, DateTimeOffset? start = null)
    {
        var notices = new List<string>();
        var recording = new CsvRecording(() => new MemoryStream(file), (options ?? new CsvOptions()) with { NeedsTimestamp = true }, new TimestampReader(unit, start, Time), notices.Add);
        return RunAsync(Replay(recording), notices);
    }

    public static Task<PlayedInput> NdjsonAsync(string text, TimestampUnit unit = default) => NdjsonAsync(Encoding.UTF8.GetBytes(text), unit);

    public static Task<PlayedInput> NdjsonAsync(byte[] file, TimestampUnit unit = default) =>
        RunAsync(Replay(new NdjsonRecording(() => new MemoryStream(file), new TimestampReader(unit, null, Time), needsTimestamp: true)), []);

    public static Task<PlayedInput> StdinAsync(string text) =>
        RunAsync(new StdinSource(() => new MemoryStream(Encoding.UTF8.GetBytes(text)), new TimestampReader(TimestampUnit.Auto, null, Time), new LoopWatch(Time).Pulse("sensing")), []);

    /// <summary>Why the header cannot serve.</summary>
    public static string? HeaderProblem(string text, CsvOptions? options = null) =>
        new CsvRecording(() => new MemoryStream(Encoding.UTF8.GetBytes(text)), options ?? new CsvOptions { NeedsTimestamp = true }, TimestampReader.Stored).FindHeaderProblem();

    private static ReplaySource Replay(IRecording recording) => new(
        recording, new ReplaySettings(0, () => TimeSpan.FromSeconds(1), RecordedTimestamps: true, Repeat: false), new LoopWatch(Time).Pulse("sensing"), Time, NullLogger<ReplaySource>.Instance);

    private static async Task<PlayedInput> RunAsync(ISource source, List<string> notices)
    {
        var spool = new FakeSpool();
        var logger = new RecordingLogger<SensingService>();
        var timestamps = new LiveTimestamps(Time);
        timestamps.Open(_ => DateTimeOffset.UnixEpoch);
        using var counted = new CountedMetrics();
        var limits = new ItemLimits(new HashSet<string> { "serial_number", "timestamp" }, overheadBytes: 0);
        var ingest = new Ingest(limits, timestamps, "SN1");
        using var service = new SensingService(
            source, new SourceOptions { Kind = SourceKind.Replay }, "SN1", ingest, ReductionRig.Off(ingest, timestamps, spool, counted.Metrics, Time), spool, new SourcesLeft(1, new DrainSignal()), counted.Metrics, new LoopWatch(Time).Pulse("sensing"), Time, logger);
        await service.StartAsync(CancellationToken.None);
        await service.ExecuteTask!.WaitAsync(TimeSpan.FromSeconds(30));
        var skipped = logger.Entries.Where(e => e.Id == 2004).Select(e => e.Text).SingleOrDefault();
        Assert.Equal(service.HasSkipped, skipped is not null);
        return new PlayedInput(
            [.. spool.Appended.Select(e => Encoding.UTF8.GetString(e.Payload.Span))], [.. logger.Entries.Where(e => e.Id == 2002).Select(e => e.Text[(e.Text.IndexOf("): ", StringComparison.Ordinal) + 3)..^1])], skipped, notices);
    }
}
