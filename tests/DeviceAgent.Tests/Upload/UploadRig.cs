using DeviceAgent.Settings;
using DeviceAgent.Spool;
using DeviceAgent.Tests.Traffic;
using DeviceAgent.TestSupport;
using DeviceAgent.Timing;
using DeviceAgent.Upload;
using Microsoft.Extensions.Hosting;

namespace DeviceAgent.Tests.Upload;

/// <summary>An uploader between a spool and a sink, both in memory, in virtual time.</summary>
internal sealed class UploadRig : IAsyncDisposable
{
    /// <summary>Some tens of milliseconds of turns for others.</summary>
    private const int MostTurns = 20_000;

    private Uploader? _uploader;

    public ManualTimeProvider Time { get; } = new();

    public LoopWatch Loops { get; }

    public FakeSpool Spool { get; } = new();

    public FakeSink Table { get; } = new();

    /// <summary>In the place of <see cref="Table"/>.</summary>
    public IReadingSink? Sink { get; init; }

    public DrainSignal Drain { get; } = new();

    public FakeLifetime Lifetime { get; } = new();

    public CountedMetrics Counted { get; } = new();

    public RecordingLogger<Uploader> Log { get; } = new();

    public UploadState State { get; }

    public TestTraffic Traffic { get; }

    public UploadOptions Options { get => Live.Value; init => Live = value; }

    /// <summary>The options, to be changed while it runs.</summary>
    public LiveOptions<UploadOptions> Live { get; private init; } = new UploadOptions();

    public int Seed { get; init; } = 1;

    public UploadRig() => (State, Loops, Traffic) = (new UploadState(Time), new LoopWatch(Time), new TestTraffic(Time));

    public async Task StartAsync()
    {
        var sink = Sink ?? Table;
        var writer = new BatchWriter(Spool, sink, Counted.Metrics, new RecordingLogger<BatchWriter>());
        _uploader = new Uploader(Spool, sink, writer, new UploadPace(Live, State, Time, new Random(Seed), Log), Live, Traffic.Budget, Drain, Lifetime, Loops, Time, Log);
        await _uploader.StartAsync(CancellationToken.None);
    }

    public Task StopAsync() => _uploader!.StopAsync(CancellationToken.None);

    /// <summary>Starts, and lets time pass until nothing is left in the spool.</summary>
    public async Task DrainInVirtualTimeAsync()
    {
        await StartAsync();
        await PassTimeUntilAsync(Spool.WhenEmptyAsync());
    }

    /// <summary>Lets time pass, from timer to timer.</summary>
    public async Task PassTimeUntilAsync(Task done)
    {
        while (!done.IsCompleted)
        {
            using var waiting = new CancellationTokenSource();
            await Task.WhenAny(done, Time.WaitForTimersAsync(1, waiting.Token));
            await waiting.CancelAsync();
            await SettleAsync();
            if (Time.NextTimer is { } next) Time.Advance(next);
            await Task.Yield();
        }

        await done;
    }

    /// <summary>Lets the uploader send all that it may before time passes; how quickly it gets to that is the machine's affair.</summary>
    public async Task SettleAsync()
    {
        for (var turn = 0; turn < MostTurns && !IsSettled; turn++) await Task.Yield();
    }

    public async Task AdvanceToNextRequestAsync(int requests)
    {
        await Time.WaitForTimersAsync(1);
        Time.Advance(Time.NextTimer!.Value);
        await Table.WhenAskedAsync(requests);
    }

    private bool IsSettled
    {
        get
        {
            var status = State.Status;
            if (status.Mode is UploadMode.Parked or UploadMode.BackingOff) return true;
            return Table.UnderWay == status.RequestsInFlight
                && (status.RequestsInFlight >= status.Concurrency || Spool.Count - status.ReadingsInFlight < Options.BatchSize);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Traffic.Dispose();
        if (_uploader is null) return;
        var stop = StopAsync();
        Time.Advance(TimeSpan.FromSeconds(10));
        await stop.WaitAsync(TimeSpan.FromSeconds(20));
        _uploader.Dispose();
        Counted.Dispose();
    }

    internal sealed class FakeLifetime : IHostApplicationLifetime
    {
        private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Stopped => _stopped.Task.WaitAsync(TimeSpan.FromSeconds(20));

        public CancellationToken ApplicationStarted => CancellationToken.None;

        public CancellationToken ApplicationStopping => CancellationToken.None;

        public CancellationToken ApplicationStopped => CancellationToken.None;

        public void StopApplication() => _stopped.TrySetResult();
    }
}
