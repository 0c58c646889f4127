using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using DeviceAgent.Readings;
using DeviceAgent.Readings.Reduction;
using DeviceAgent.Readings.Sources;
using DeviceAgent.Spool;
using DeviceAgent.TestSupport;
using DeviceAgent.Tests.Readings.Reduction;
using DeviceAgent.Tests.Upload;
using DeviceAgent.Timing;
using DeviceAgent.Upload.DynamoDb;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Tests.Readings;

public sealed class SensingServiceTests : IDisposable
{
    private readonly ManualTimeProvider _time = new();
    private readonly FakeSpool _spool = new();
    private readonly CountedMetrics _counted = new();
    private readonly DrainSignal _drain = new();
    private readonly TemporaryFolder _folder = new();
    private SourceOptions _options = new() { Kind = SourceKind.Linux };
    private ReductionOptions _reduction = new();
    private Task? _firstChange;
    private readonly ChannelSource _source = new();
    private readonly RecordingLogger<SensingService> _logger = new();
    private readonly ItemLimits _limits = new(new HashSet<string> { "serial_number", "timestamp" }, overheadBytes: 0);
    private SensingService? _service;
    private bool _timeIsKnown = true;

    public void Dispose()
    {
        _service?.Dispose();
        _counted.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Run_SourceEnds_FlushesAndAsksForTheDrain()
    {
        _source.Give(Sample("""{"t":1}"""), Sample("""{"t":2,"serial_number":"other","timestamp":"2015-02-02T14:19:00Z"}"""));
        _source.End();
        await StartAsync();
        await _drain.Requested.WaitAsync(TimeSpan.FromSeconds(20));

        Assert.Equal(
            ["""{"serial_number":"SN1","timestamp":"2026-03-01T12:00:00.000Z","t":1}""", """{"serial_number":"other","timestamp":"2015-02-02T14:19:00.000Z","t":2}"""],
            _spool.Appended.Select(e => Encoding.UTF8.GetString(e.Payload.Span)));
        Assert.Equal([true, false], _spool.Appended.Select(e => e.IsLive));
        Assert.Equal(1, _spool.Flushes);
    }

    [Fact]
    public async Task Run_UnfitReading_IsLoggedWithItsLineAndLeftOut()
    {
        _source.Give(Sample("""{"t":1e999}""") with { Line = 7 }, Sample("""{"t":2}"""));
        _source.End();
        await StartAsync();
        await _drain.Requested.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Single(_spool.Appended);
        Assert.Contains("line 7: attribute 't'", Assert.Single(_logger.Entries, e => e.Id == 2002).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_UnfitReading_UsesUpNoTimestamp()
    {
        _source.Give(Sample("""{"t":1e999}"""), Sample("""{"t":2}"""), Sample("""{"t":1e999}"""), Sample("""{"t":3}"""));
        _source.End();
        await StartAsync();
        await _drain.Requested.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal([_time.GetUtcNow(), _time.GetUtcNow() + LiveTimestamps.Step], _spool.Appended.Select(e => e.Timestamp!.Value));
    }

    [Fact]
    public async Task Run_TimeNotKnown_StoresWithoutTimestamp()
    {
        _timeIsKnown = false;
        _source.Give(Sample("""{"t":1}"""), Sample("""{"t":2,"timestamp":"2015-02-02T14:19:00Z"}"""));
        _source.End();
        await StartAsync();
        await _drain.Requested.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Null(_spool.Appended[0].Timestamp);
        Assert.True(_spool.Appended[0].IsLive);
        Assert.Equal("""{"serial_number":"SN1","t":1}""", Encoding.UTF8.GetString(_spool.Appended[0].Payload.Span));
        Assert.Equal(2015, _spool.Appended[1].Timestamp!.Value.Year);
    }

    [Fact]
    public async Task Run_SpoolFails_SaysSoAndGoesOnReading()
    {
        _spool.Failure = new SpoolException("disk full");
        _source.Give(Sample("""{"t":1}"""), Sample("""{"t":2}"""));
        _source.End();
        await StartAsync();
        await _drain.Requested.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Contains("disk full", Assert.Single(_logger.Entries, e => e.Id == 2003).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stop_SourceIsSilent_FlushesAndDoesNotDrain()
    {
        await StartAsync();
        await _source.Asked;
        await _service!.StopAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(1, _spool.Flushes);
        Assert.False(_drain.Requested.IsCompleted);
    }

    [Fact]
    public async Task Run_SourceBreaks_FlushesAndFails()
    {
        _source.Give(Sample("""{"t":1}"""));
        _source.End(new IOException("gone"));
        await StartAsync();
        await Assert.ThrowsAsync<IOException>(() => _service!.ExecuteTask!.WaitAsync(TimeSpan.FromSeconds(20)));
        Assert.Equal(1, _spool.Flushes);
        Assert.Contains(_logger.Entries, e => e.Id == 2011);
    }

    [Fact]
    public async Task Run_SourceEnds_StoresTheWindowsThatAreOpen()
    {
        _reduction = ReductionRig.Every(60);
        _source.Give(Sample("""{"t":1}"""), Sample("""{"t":2,"serial_number":"other","timestamp":"2015-02-02T14:19:00Z"}"""), Sample("""{"t":4}"""));
        _source.End();
        await StartAsync();
        await _drain.Requested.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(
            ["""{"serial_number":"SN1","timestamp":"2026-03-01T12:00:59.999999Z","t_mean":2.5}""", """{"serial_number":"other","timestamp":"2015-02-02T14:19:59.999999Z","t_mean":2}"""],
            _spool.Appended.Select(e => Encoding.UTF8.GetString(e.Payload.Span)));
    }

    [Fact]
    public async Task Stop_WindowIsOpen_IsSavedAndNotStored()
    {
        _reduction = ReductionRig.Every(60);
        _source.Give(Sample("""{"t":1}"""));
        await StartAsync();
        await _firstChange!.WaitAsync(TimeSpan.FromSeconds(20));
        await _service!.StopAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Empty(_spool.Appended);
        Assert.Contains("\"count\":1", await File.ReadAllTextAsync(_folder.File(EdgeReduction.FileName)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_SourceIsSimulated_WarnsThatTheReadingsAreMadeUp()
    {
        _options = new SourceOptions { Kind = SourceKind.Simulated };
        await StartAsync();
        await _source.Asked;
        Assert.Contains(_logger.Entries, e => e is (2000, LogLevel.Information, "Reading from the source simulated as SN1."));
        var warning = Assert.Single(_logger.Entries, e => e.Id == 2027);
        Assert.Equal(LogLevel.Warning, warning.Level);
        Assert.Contains("the readings are made up: source.kind is simulated", warning.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("builtin:occupancy", true)]
    [InlineData("/var/lib/meter/builtin.csv", false)]
    public async Task Run_RecordingThatComesWithTheAgent_SaysThatThisDeviceHasNotMeasuredIt(string file, bool isSaid)
    {
        _options = new SourceOptions { Kind = SourceKind.Replay, File = file };
        await StartAsync();
        await _source.Asked;
        Assert.Equal(isSaid, _logger.Entries.Any(e => e is (2026, LogLevel.Information, _) && e.Text.Contains("this device has not measured them", StringComparison.Ordinal)));
        Assert.DoesNotContain(_logger.Entries, e => e.Level >= LogLevel.Warning);
    }

    [Fact]
    public async Task Run_NoSource_SaysSoAndAsksForNoDrainUntilItIsStopped()
    {
        _options = new SourceOptions { Kind = SourceKind.None };
        var source = new AskedSource(new NoSource(new LoopWatch(_time).Pulse("sensing"), _time));
        await StartAsync(source);
        await source.Asked.WaitAsync(TimeSpan.FromSeconds(20));
        await _service!.StopAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(20));
        Assert.True(_service.ExecuteTask!.IsCompletedSuccessfully);
        Assert.False(_drain.Requested.IsCompleted);
        Assert.Equal([2026], _logger.Entries.Select(e => e.Id));
    }

    /// <summary>Of several sources the last that ends asks for the drain; each is told by its name.</summary>
    [Fact]
    public async Task Run_OneOfTwoSourcesEnds_TheOtherGoesOn()
    {
        var left = new SourcesLeft(2, _drain);
        _options = new SourceOptions { Kind = SourceKind.Stdin, Name = "meter", SerialNumber = "meter-7" };
        _source.Give(Sample("""{"t":1}"""), Sample("""{"t":2,"serial_number":"other"}"""), Sample("""{"t":1e999}""") with { Line = 7 });
        _source.End();
        await StartAsync(left: left);
        await _service!.ExecuteTask!.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.False(_drain.Requested.IsCompleted);
        Assert.Equal(["meter-7", "other"], _spool.Appended.Select(e => (string?)JsonNode.Parse(e.Payload.Span)!["serial_number"]));
        Assert.Contains(_logger.Entries, e => e is (2000, _, "Reading from the source meter (stdin) as meter-7."));
        Assert.Contains(_logger.Entries, e => e is (2030, _, "The source meter (stdin) has ended after 2 readings; the others go on."));
        Assert.Contains("meter: line 7: attribute 't'", Assert.Single(_logger.Entries, e => e.Id == 2002).Text, StringComparison.Ordinal);
        Assert.Contains("(meter: 7)", Assert.Single(_logger.Entries, e => e.Id == 2004).Text, StringComparison.Ordinal);

        _service.Dispose();
        var other = new ChannelSource();
        other.End();
        await StartAsync(other, left);
        await _drain.Requested.WaitAsync(TimeSpan.FromSeconds(20));
    }

    private Task StartAsync(ISource? source = null, SourcesLeft? left = null)
    {
        var timestamps = new LiveTimestamps(_time);
        if (_timeIsKnown) timestamps.Open(_ => DateTimeOffset.UnixEpoch);
        var ingest = new Ingest(_limits, timestamps, "SN1");
        var reduction = new EdgeReduction(_reduction, _folder.Path, ingest, timestamps, _spool, _counted.Metrics, _time, new RecordingLogger<EdgeReduction>());
        _firstChange = reduction.NextChange;
        _service = new SensingService(source ?? _source, _options, "SN1", ingest, reduction, _spool, left ?? new SourcesLeft(1, _drain), _counted.Metrics, new LoopWatch(_time).Pulse("sensing"), _time, _logger);
        return _service.StartAsync(CancellationToken.None);
    }

    private static Sample Sample(string json) => ReadingJson.TryReadStored(Encoding.UTF8.GetBytes(json), out _)!;

    private sealed class AskedSource(ISource source) : ISource
    {
        private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Asked => _asked.Task;

        public IAsyncEnumerable<Sample> ReadAsync(CancellationToken cancellationToken)
        {
            _asked.TrySetResult();
            return source.ReadAsync(cancellationToken);
        }
    }

    private sealed class ChannelSource : ISource
    {
        private readonly Channel<Sample> _samples = Channel.CreateUnbounded<Sample>();
        private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Asked => _asked.Task;

        public void Give(params Sample[] samples)
        {
            foreach (var sample in samples) Assert.True(_samples.Writer.TryWrite(sample));
        }

        public void End(Exception? failure = null) => _samples.Writer.Complete(failure);

        public async IAsyncEnumerable<Sample> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
        {
            _asked.TrySetResult();
            await foreach (var sample in _samples.Reader.ReadAllAsync(cancellationToken)) yield return sample;
        }
    }
}
