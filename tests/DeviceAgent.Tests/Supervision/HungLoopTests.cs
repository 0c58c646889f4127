using DeviceAgent.Clock;
using DeviceAgent.Control;
using DeviceAgent.Credentials;
using DeviceAgent.Readings;
using DeviceAgent.Readings.Sources;
using DeviceAgent.RoleAlias;
using DeviceAgent.Spool;
using DeviceAgent.TestSupport;
using DeviceAgent.Tests.Control;
using DeviceAgent.Tests.Readings.Reduction;
using DeviceAgent.Tests.RoleAlias;
using DeviceAgent.Tests.Spool;
using DeviceAgent.Tests.Upload;
using DeviceAgent.Timing;
using DeviceAgent.Traffic;
using DeviceAgent.Upload;
using Microsoft.Extensions.Logging.Abstractions;

namespace DeviceAgent.Tests.Supervision;

/// <summary>Each loop of the agent: what hangs it is found, what it may wait for is not held against it.</summary>
public sealed class HungLoopTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan TooLong = TimeSpan.FromSeconds(16);
    private static readonly TimeSpan RealPatience = TimeSpan.FromSeconds(20);

    private readonly ManualTimeProvider _time = new();
    private readonly LoopWatch _loops;

    public HungLoopTests() => _loops = new LoopWatch(_time);

    [Fact]
    public async Task Spool_AWriteThatNeverReturns_Hangs()
    {
        using var bench = new SpoolBench();
        using var disk = new StuckDisk(bench);
        var append = bench.AppendAsync(SpoolBench.Entry("a"));
        await disk.Reached;
        bench.Time.Advance(Patience);
        Assert.Empty(bench.Loops.FindHung(Patience));
        bench.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(["spool"], Hung(bench.Loops));

        disk.Release();
        await append.WaitAsync(RealPatience);
        await UntilAsync(() => Hung(bench.Loops).Count == 0);
    }

    [Fact]
    public async Task Spool_NothingToDo_DoesNotHang()
    {
        using var bench = new SpoolBench();
        await bench.AppendAsync(SpoolBench.Entry("a"));

        // The log is written back in ten minutes.
        await bench.Time.StepAsync(TimeSpan.FromMinutes(9));
        await UntilAsync(() => Hung(bench.Loops).Count == 0);
    }

    [Fact]
    public async Task Upload_ParkedForMinutes_DoesNotHang()
    {
        await using var rig = new UploadRig();
        rig.Table.Fail(new UploadFault(FaultKind.Parked, "The table is not there."));
        rig.Spool.Fill(1);
        await rig.StartAsync();
        await UntilAsync(() => rig.State.Status.Mode == UploadMode.Parked);
        await rig.Time.StepAsync(rig.State.Status.NextAttemptIn!.Value - TimeSpan.FromSeconds(1));
        Assert.Equal(UploadMode.Parked, rig.State.Status.Mode);
        await UntilAsync(() => Hung(rig.Loops).Count == 0);
    }

    [Fact]
    public async Task Upload_NothingToSendForADay_DoesNotHang()
    {
        await using var rig = new UploadRig();
        await rig.StartAsync();
        await rig.Time.StepAsync(TimeSpan.FromMilliseconds(1));
        await rig.SettleAsync();
        await rig.Time.StepAsync(TimeSpan.FromDays(1));
        await UntilAsync(() => Hung(rig.Loops).Count == 0);
    }

    [Fact]
    public async Task Upload_TheLoopItselfBlocks_Hangs()
    {
        using var stuck = new Stuck();
        await using var rig = new UploadRig { Sink = new BlockingSink(stuck) };
        await rig.StartAsync();
        await stuck.Reached;
        rig.Time.Advance(TooLong);
        Assert.Equal(["upload"], Hung(rig.Loops));
        stuck.Release();
        await UntilAsync(() => Hung(rig.Loops).Count == 0);
    }

    [Fact]
    public async Task Sensing_ASourceThatBlocks_Hangs()
    {
        using var stuck = new Stuck();
        await using var sensing = new Sensing(this, new BlockingSource(stuck));
        await sensing.StartAsync();
        await stuck.Reached;
        _time.Advance(TooLong);
        Assert.Equal(["sensing"], Hung(_loops));
        stuck.Release();
    }

    [Fact]
    public async Task Sensing_StandardInputWithoutALineForADay_DoesNotHang()
    {
        var input = new SilentStream();
        await using var sensing = new Sensing(this, new StdinSource(() => input, TimestampReader.Stored, _loops.Pulse("sensing")));
        await sensing.StartAsync();
        await input.Asked.WaitAsync(RealPatience);
        _time.Advance(TimeSpan.FromDays(1));
        await UntilAsync(() => Hung(_loops).Count == 0);
    }

    [Fact]
    public async Task Sensing_APauseOfTheRecording_DoesNotHang()
    {
        var lines = """{"timestamp":"2026-03-01T00:00:00Z","t":1}""" + "\n" + """{"timestamp":"2026-03-01T12:00:00Z","t":2}""" + "\n";
        var recording = new NdjsonRecording(() => new MemoryStream(System.Text.Encoding.UTF8.GetBytes(lines)), TimestampReader.Stored, needsTimestamp: true);
        await using var sensing = new Sensing(
            this, new ReplaySource(recording, new ReplaySettings(1, () => TimeSpan.FromSeconds(1), RecordedTimestamps: true, Repeat: false), _loops.Pulse("sensing"), _time, NullLogger<ReplaySource>.Instance));
        await sensing.StartAsync();
        await _time.WaitForTimersAsync(1);
        await _time.StepAsync(TimeSpan.FromHours(11));
        await UntilAsync(() => Hung(_loops).Count == 0);
    }

    [Fact]
    public async Task Sensing_ALongInterval_DoesNotHang()
    {
        var options = new SourceOptions { Interval = TimeSpan.FromHours(1) };
        await using var sensing = new Sensing(this, new SimulatedSource(options, new Random(1), _loops.Pulse("sensing"), _time));
        await sensing.StartAsync();
        await _time.WaitForTimersAsync(1);
        await _time.StepAsync(TimeSpan.FromMinutes(59));
        await UntilAsync(() => Hung(_loops).Count == 0);
    }

    [Fact]
    public async Task ClockAndTimestamps_TimeNotKnownForADay_DoNotHang()
    {
        using var folder = new TemporaryFolder();
        var clock = new DeviceClock(_time, () => false, _time.GetUtcNow().AddDays(-1), trustSystemTime: false, NullLogger<DeviceClock>.Instance);
        var (file, boot) = (new LastKnownTimeFile(folder.Path, NullLogger<LastKnownTimeFile>.Instance), new BootClock("boot", _time));
        using var service = new ClockService(clock, file, boot, _loops, NullLogger<ClockService>.Instance);
        using var resolver = new TimestampResolverService(clock, boot, file, new FakeSpool(), new LiveTimestamps(clock), _loops, NullLogger<TimestampResolverService>.Instance);
        await service.StartAsync(CancellationToken.None);
        await resolver.StartAsync(CancellationToken.None);
        for (var i = 0; i < 60; i++) await _time.RoundAsync(DeviceClock.ConsultPeriod);
        await UntilAsync(() => Hung(_loops).Count == 0);

        // Nobody fires the clock's timer any more: its loop does not come back.
        _time.HoldUp(TooLong + DeviceClock.ConsultPeriod);
        Assert.Equal(["clock"], Hung(_loops));
        await service.StopAsync(CancellationToken.None).WaitAsync(RealPatience);
        await resolver.StopAsync(CancellationToken.None).WaitAsync(RealPatience);
    }

    [Fact]
    public async Task Traffic_WaitingForTheNextSave_DoesNotHangUntilItIsLate()
    {
        using var folder = new TemporaryFolder();
        using var counted = new CountedMetrics();
        var clock = new DeviceClock(_time, () => true, _time.GetUtcNow().AddDays(-1), trustSystemTime: false, NullLogger<DeviceClock>.Instance);
        using var service = new TrafficService(new TrafficMeter(folder.Path, counted.Metrics, clock, NullLogger<TrafficMeter>.Instance), _loops, _time);
        await service.StartAsync(CancellationToken.None);
        await _time.WaitForTimersAsync(1);
        await _time.StepAsync(TrafficService.SavePeriod - TimeSpan.FromSeconds(1));
        await UntilAsync(() => Hung(_loops).Count == 0);
        _time.HoldUp(TooLong + TimeSpan.FromSeconds(1));
        Assert.Equal(["traffic"], Hung(_loops));
        await service.StopAsync(CancellationToken.None).WaitAsync(RealPatience);
    }

    [Fact]
    public async Task RemoteControl_AStepThatNeverEnds_HangsWhenEveryAnswerHasHadItsTime()
    {
        var step = new TaskCompletionSource<TimeSpan>();
        using var loop = new OneStep(step.Task, _loops.Pulse("shadow"), _time);
        await loop.StartAsync(CancellationToken.None);
        await loop.Begun.WaitAsync(RealPatience);
        _time.Advance(ControlLoop.LongestExchange + Patience);
        await UntilAsync(() => Hung(_loops).Count == 0);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(["shadow"], Hung(_loops));

        step.SetResult(TimeSpan.FromHours(1));
        await UntilAsync(() => Hung(_loops).Count == 0);
        _time.Advance(TimeSpan.FromMinutes(59));
        await UntilAsync(() => Hung(_loops).Count == 0);
        await loop.StopAsync(CancellationToken.None).WaitAsync(RealPatience);
    }

    [Fact]
    public async Task RemoteControl_AnOperationThatWaitsForHours_DoesNotHang()
    {
        await using var rig = new ControlRig();
        var gate = new TaskCompletionSource();
        rig.Rotation.Gate = gate.Task;
        rig.Cloud.Shadow.Desire("""{"roleAlias":"fleet-v2"}""");
        await rig.StartAsync();
        await rig.Cloud.WaitAsync(() => rig.Rotation.Asked.Count > 0, "asked for the alias");
        for (var i = 0; i < 180; i++) await rig.Time.StepAsync(TimeSpan.FromMinutes(1));
        Assert.Equal("fleet-ddb", rig.Rotation.Alias);
        Assert.DoesNotContain("remote control", Hung(rig.Loops));

        gate.SetResult();
        await rig.Cloud.WaitAsync(() => rig.Rotation.Alias == "fleet-v2", "the alias is changed");
        await UntilAsync(() => Hung(rig.Loops).Count == 0);
    }

    [Fact]
    public async Task ProofOfSettings_OnTrialAndWithoutOne_DoesNotHang()
    {
        using var folder = new TemporaryFolder();
        var state = ControlState.Recall(folder.Path);
        using var proof = new SettingsProof(state, _loops, _time, NullLogger<SettingsProof>.Instance);
        await proof.StartAsync(CancellationToken.None);
        _time.Advance(TimeSpan.FromDays(1));
        await UntilAsync(() => Hung(_loops).Count == 0);

        var change = new ExecutingChange("upload.batchSize = 7", ChangeOrigin.Job, "1");
        Assert.Null(state.TryChange(r => r with { Trial = new SettingsTrial(change) }));
        await _time.WaitForTimersAsync(1);
        await _time.StepAsync(SettingsTrial.ProofPeriod - TimeSpan.FromSeconds(1));
        await UntilAsync(() => Hung(_loops).Count == 0);

        // Nobody fires its timer any more.
        _time.HoldUp(TooLong + TimeSpan.FromSeconds(1));
        Assert.Equal(["proof of settings"], Hung(_loops));
        await proof.StopAsync(CancellationToken.None).WaitAsync(RealPatience);
        await UntilAsync(() => Hung(_loops).Count == 0);
    }

    [Fact]
    public async Task RoleAlias_OnProbation_DoesNotHang()
    {
        using var folder = new TemporaryFolder();
        var cloud = new DeviceAgent.Tests.RoleAlias.FakeCloud(_time);
        await using var rig = new RotationRig(cloud, _time, folder.Path);
        await rig.StartAsync();
        await rig.WriteAsync();
        var change = rig.RotateAsync();
        await rig.UntilProvingAsync();
        await rig.WriteAsync();
        await rig.UntilProbationAsync();
        await _time.WaitForTimerAsync(new RotationOptions().Probation);
        await _time.StepAsync(TimeSpan.FromMinutes(9));
        await UntilAsync(() => Hung(rig.Loops).Count == 0);
        Assert.False(change.IsCompleted);
    }

    [Fact]
    public async Task Credentials_ARequestThatIgnoresItsLimit_Hangs()
    {
        var answer = new TaskCompletionSource<FetchResult>();
        var fetch = WatchedFetch.Of((_, _) => answer.Task, TimeSpan.FromSeconds(10), _loops);
        var result = fetch("fleet-ddb", CancellationToken.None);
        _time.Advance(TimeSpan.FromSeconds(25));
        await UntilAsync(() => Hung(_loops).Count == 0);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(["credentials of fleet-ddb"], Hung(_loops));

        answer.SetException(new InvalidOperationException());
        await Assert.ThrowsAsync<InvalidOperationException>(() => result);
        await UntilAsync(() => Hung(_loops).Count == 0);
        _time.Advance(TimeSpan.FromDays(1));
        await UntilAsync(() => Hung(_loops).Count == 0);
    }

    private static IReadOnlyList<string> Hung(LoopWatch loops) => [.. loops.FindHung(Patience).Select(h => h.Name)];

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(RealPatience);
        while (!condition()) await Task.Delay(1, patience.Token);
    }

    /// <summary>Blocks the thread that comes, as a disk that never answers does.</summary>
    private sealed class Stuck : IDisposable
    {
        private readonly ManualResetEventSlim _gate = new();
        private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Reached => _reached.Task.WaitAsync(RealPatience);

        public void Block()
        {
            _reached.TrySetResult();
            Assert.True(_gate.Wait(RealPatience));
        }

        public void Release() => _gate.Set();

        public void Dispose()
        {
            _gate.Set();
            _gate.Dispose();
        }
    }

    private sealed class StuckDisk : IDisposable
    {
        private readonly Stuck _stuck = new();

        public StuckDisk(SpoolBench bench)
        {
            _ = bench.Spool;
            bench.Space = () =>
            {
                _stuck.Block();
                return long.MaxValue;
            };
        }

        public Task Reached => _stuck.Reached;

        public void Release() => _stuck.Release();

        public void Dispose() => _stuck.Dispose();
    }

    private sealed class BlockingSink(Stuck stuck) : IReadingSink
    {
        private readonly FakeSink _inner = new();

        public RequestLimits RequestLimits => _inner.RequestLimits;

        public IReadingLimits ReadingLimits => _inner.ReadingLimits;

        public Task<UploadFault?> CheckAsync(CancellationToken cancellationToken)
        {
            stuck.Block();
            return Task.FromResult<UploadFault?>(null);
        }

        public Task<WriteResult> WriteAsync(IReadOnlyList<PendingReading> readings, CancellationToken cancellationToken) => _inner.WriteAsync(readings, cancellationToken);

        public Task<UploadFault?> RefreshAsync(CancellationToken cancellationToken) => _inner.RefreshAsync(cancellationToken);
    }

    private sealed class BlockingSource(Stuck stuck) : ISource
    {
        public async IAsyncEnumerable<Sample> ReadAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await Task.Yield();
            stuck.Block();
            yield break;
        }
    }

    /// <summary>Nobody writes.</summary>
    private sealed class SilentStream : MemoryStream
    {
        private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Asked => _asked.Task;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            _asked.TrySetResult();
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return 0;
        }
    }

    /// <summary>The sensing loop over a source, into a spool in memory.</summary>
    private sealed class Sensing : IAsyncDisposable
    {
        private readonly CountedMetrics _counted = new();
        private readonly SensingService _service;

        public Sensing(HungLoopTests test, ISource source)
        {
            var timestamps = new LiveTimestamps(test._time);
            timestamps.Open(_ => DateTimeOffset.UnixEpoch);
            var (ingest, spool) = (new Ingest(new FakeSink().ReadingLimits, timestamps, "SN1"), new FakeSpool());
            _service = new SensingService(
                source, new SourceOptions { Kind = SourceKind.Simulated }, "SN1", ingest, ReductionRig.Off(ingest, timestamps, spool, _counted.Metrics, test._time), spool, new SourcesLeft(1, new DrainSignal()), _counted.Metrics,
                test._loops.Pulse("sensing"), test._time, NullLogger<SensingService>.Instance);
        }

        public Task StartAsync() => _service.StartAsync(CancellationToken.None);

        public async ValueTask DisposeAsync()
        {
            await _service.StopAsync(CancellationToken.None).WaitAsync(RealPatience);
            _service.Dispose();
            _counted.Dispose();
        }
    }

    private sealed class OneStep(Task<TimeSpan> step, LoopPulse pulse, TimeProvider time) : ControlLoop(TimeSpan.FromSeconds(30), pulse, time, new Random(1), NullLogger.Instance)
    {
        private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Begun => _begun.Task;

        protected override Task<TimeSpan> StepAsync(CancellationToken stopping)
        {
            _begun.TrySetResult();
            return step.WaitAsync(stopping);
        }
    }
}
