using System.Text;
using DeviceAgent.Clock;
using DeviceAgent.Readings;
using DeviceAgent.Spool;
using DeviceAgent.TestSupport;
using DeviceAgent.Timing;

namespace DeviceAgent.Tests.Readings;

/// <summary>With the real spool: boot by boot, as the devices' states are found on disk.</summary>
public sealed class TimestampResolverServiceTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly TemporaryFolder _folder = new();
    private readonly CountedMetrics _metrics = new();

    public void Dispose()
    {
        _metrics.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Run_TimeBecomesKnown_StampsWhatWaitsAndThenAtOnce()
    {
        await using var run = new Run(this, "boot");
        await run.Service.StartAsync(CancellationToken.None);
        var early = Enumerable.Range(0, 3).Select(i => run.TakeAsync($$"""{"serial_number":"SN1","t":{{i}}}""")).ToList();
        await run.Spool.FlushAsync(CancellationToken.None);
        await Task.WhenAll(early);
        run.System.Advance(TimeSpan.FromSeconds(10));
        Assert.Empty(await run.PeekAsync());
        Assert.Equal(3, run.Spool.Status.UnknownTime);

        run.ServerSays(Noon);
        await run.OpenedAsync();
        var late = run.TakeAsync("""{"serial_number":"SN1","t":3}""");
        await run.Spool.FlushAsync(CancellationToken.None);
        await late;

        var records = await run.PeekAsync();
        Assert.Equal(4, records.Count);
        Assert.Equal([Noon.AddSeconds(-9.5), Noon.AddSeconds(-9.5).AddMilliseconds(1), Noon.AddSeconds(-9.5).AddMilliseconds(2)], records.Take(3).Select(r => r.Timestamp));
        Assert.InRange(records[3].Timestamp, Noon, Noon.AddSeconds(1));
        Assert.True(records[3].Timestamp > records[2].Timestamp);
        Assert.All(records, r => Assert.DoesNotContain("estimated", Encoding.UTF8.GetString(r.Payload.Span), StringComparison.Ordinal));
        Assert.Equal(records[3].Timestamp, run.Spool.NewestLive);
    }

    [Fact]
    public async Task Run_EarlierBootNeverKnewTheTime_GetsMarkedEstimatesThatSurviveARestart()
    {
        await using (var first = new Run(this, "first"))
        {
            var taken = first.TakeAsync("""{"serial_number":"SN1","t":1}""");
            await first.Spool.FlushAsync(CancellationToken.None);
            await taken;
        }

        await using (var second = new Run(this, "second"))
        {
            second.System.Advance(TimeSpan.FromMinutes(1));
            await second.Service.StartAsync(CancellationToken.None);
            second.ServerSays(Noon);
            await second.OpenedAsync();
        }

        await using var third = new Run(this, "second");
        var record = Assert.Single(await third.PeekAsync());
        Assert.Equal(Noon.AddMinutes(-1).AddSeconds(-0.5), record.Timestamp);
        Assert.Equal("""{"serial_number":"SN1","t":1,"timestamp_estimated":true}""", Encoding.UTF8.GetString(record.Payload.Span));
        Assert.Equal(record.Timestamp, third.Spool.NewestLive);
    }

    [Fact]
    public async Task Run_StragglerBehindTheOpening_IsStampedBeforeTheYoungerOnes()
    {
        await using var run = new Run(this, "boot");
        await run.Service.StartAsync(CancellationToken.None);
        Assert.Null(run.Timestamps.Next("SN1"));
        run.ServerSays(Noon);
        await run.OpenedAsync();
        var young = run.TakeAsync("""{"serial_number":"SN1","t":2}""");
        var straggler = run.AppendAsync(null, """{"serial_number":"SN1","t":1}""");
        await run.Spool.FlushAsync(CancellationToken.None);
        await Task.WhenAll(young, straggler);

        while (run.Spool.Status.UnknownTime > 0)
        {
            run.System.Advance(TimeSpan.FromSeconds(10));
            await Task.Yield();
        }

        var byTime = (await run.PeekAsync()).OrderBy(r => r.Timestamp).ToList();
        Assert.Contains("\"t\":1", Encoding.UTF8.GetString(byTime[0].Payload.Span), StringComparison.Ordinal);
        Assert.True(byTime[0].Timestamp < byTime[1].Timestamp);
    }

    /// <summary>One run of the agent.</summary>
    private sealed class Run : IAsyncDisposable
    {
        private readonly RecordingLogger<TimestampResolverService> _logger = new();

        public Run(TimestampResolverServiceTests test, string bootId)
        {
            var boot = new BootClock(bootId, System);
            Clock = new DeviceClock(System, () => false, Noon.AddDays(-1), trustSystemTime: false, new RecordingLogger<DeviceClock>());
            Spool = new SqliteSpool(test._folder.File("spool.db"), new SpoolOptions(), boot, test._metrics.Metrics, new LoopWatch(TimeProvider.System), new RecordingLogger<SqliteSpool>());
            Timestamps = new LiveTimestamps(Clock);
            Service = new TimestampResolverService(Clock, boot, new LastKnownTimeFile(test._folder.Path, new RecordingLogger<LastKnownTimeFile>()), Spool, Timestamps, new LoopWatch(TimeProvider.System), _logger);
        }

        public ManualTimeProvider System { get; } = new(DateTimeOffset.UnixEpoch);

        public DeviceClock Clock { get; }

        public SqliteSpool Spool { get; }

        public LiveTimestamps Timestamps { get; }

        public TimestampResolverService Service { get; }

        public Task<AppendResult> TakeAsync(string json) => AppendAsync(Timestamps.Next("SN1"), json);

        public Task<AppendResult> AppendAsync(DateTimeOffset? timestamp, string json) =>
            Spool.AppendAsync(new SpoolEntry(SpoolClass.Normal, timestamp, IsLive: true, Encoding.UTF8.GetBytes(json)), CancellationToken.None);

        public Task<IReadOnlyList<SpoolRecord>> PeekAsync() => Spool.PeekAsync(new SpoolQuery(100), CancellationToken.None);

        public void ServerSays(DateTimeOffset date) => Clock.Observe(date, Clock.Monotonic, Clock.Monotonic);

        /// <summary>Waits until readings are given their timestamps at once.</summary>
        public async Task OpenedAsync()
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
            while (!Timestamps.IsOpen)
            {
                patience.Token.ThrowIfCancellationRequested();
                await Task.Yield();
            }
        }

        public async ValueTask DisposeAsync()
        {
            await Service.StopAsync(CancellationToken.None);
            Service.Dispose();
            await Spool.DisposeAsync();
        }
    }
}
