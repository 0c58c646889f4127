using System.Collections.Concurrent;
using DeviceAgent.Clock;
using DeviceAgent.Control;
using DeviceAgent.Credentials;
using DeviceAgent.Readings;
using DeviceAgent.RoleAlias;
using DeviceAgent.Storage;
using DeviceAgent.TestSupport;
using DeviceAgent.Tests.Upload;
using DeviceAgent.Timing;

namespace DeviceAgent.Tests.RoleAlias;

/// <summary>One run of an agent, as far as its role alias is concerned, over a cloud and a state directory that outlive it.</summary>
internal sealed class RotationRig : IAsyncDisposable
{
    public const string Old = "old-alias";
    public const string New = "new-alias";

    private readonly ConcurrentDictionary<string, bool> _everInForce = new();
    private int _item;

    public RotationRig(FakeCloud cloud, ManualTimeProvider time, string folder, RotationOptions? options = null, string configured = Old, WriteFile? write = null, int seed = 1, Action<string>? onStep = null)
    {
        Cloud = cloud;
        Progress = new RecordedProgress(onStep);
        Time = time;
        var clock = new DeviceClock(time, () => true, DateTimeOffset.UnixEpoch, trustSystemTime: true, new RecordingLogger<DeviceClock>());
        var source = new AliasSource(cloud.FetchAsync, clock);
        State = new RoleAliasState(configured, new RoleAliasFile(folder, Log, write ?? ((path, content) => DurableFile.Write(path, content))), new StateLogger(Log));
        Cache = new CredentialCache(source.Of(State.Active), new CredentialCacheOptions(), time, new Random(seed), Log);
        _everInForce.TryAdd(State.Active, true);
        Sink = new InterceptedSink(cloud.Table(Cache.GetAsync, OnUsed));
        var timestamps = new LiveTimestamps(time);
        timestamps.Open(_ => DateTimeOffset.UnixEpoch);
        Rotation = new RoleAliasRotation(
            source, Cache, Sink, cloud.Open, State, new Heartbeat("SN1", timestamps), options ?? new RotationOptions(), Counted.Metrics, Loops = new LoopWatch(time), time, new Random(seed), Log);
    }

    /// <summary>Aliases that the uploader, and so everybody, was served without their having been active.</summary>
    public ConcurrentQueue<string> ServedUnproven { get; } = new();

    public FakeCloud Cloud { get; }

    public ManualTimeProvider Time { get; }

    public RoleAliasState State { get; }

    public CredentialCache Cache { get; }

    public InterceptedSink Sink { get; }

    public RoleAliasRotation Rotation { get; }

    public RecordingLogger<RoleAliasRotation> Log { get; } = new();

    public LoopWatch Loops { get; }

    public CountedMetrics Counted { get; } = new();

    public RecordedProgress Progress { get; }

    public Task StartAsync() => Rotation.StartAsync(CancellationToken.None);

    public Task<ChangeOutcome> RotateAsync(string alias = New, CancellationToken cancellationToken = default) => Rotation.RotateAsync(alias, Progress, cancellationToken);

    /// <summary>Writes the next few readings as the uploader does, and says by which alias they went out.</summary>
    public async Task<string> WriteAsync(int items = 3)
    {
        var batch = TestItems.BatchOf([.. Enumerable.Range(0, items).Select(_ => TestItems.Record(++_item, _item))]).Items;
        var result = await Sink.WriteAsync(batch, CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(20));
        return result is { Fault: null, Accepted.Count: > 0 } ? Cloud.Writes[^1].Alias : result.Fault?.Kind.ToString() ?? "none";
    }

    private void OnUsed(string alias)
    {
        _everInForce.TryAdd(State.Active, true);
        if (!_everInForce.ContainsKey(alias)) ServedUnproven.Enqueue(alias);
    }

    /// <summary>The alias whose credentials the cache serves.</summary>
    public async Task<string> ServedAsync() => Cloud.AliasOf((await Cache.GetAsync()).AccessKeyId);

    public Task UntilProvingAsync() => UntilAsync(() => Sink.Interceptor is AliasTrial);

    public Task UntilProbationAsync() => UntilAsync(() => Sink.Interceptor is Probation);

    public static async Task UntilAsync(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!condition()) await PollAsync(patience.Token);
    }

    /// <summary>Lets time pass in steps until it is done.</summary>
    public async Task<T> PassTimeUntilAsync<T>(Task<T> done, TimeSpan? step = null)
    {
        for (var i = 0; i < 20_000 && !done.IsCompleted; i++)
        {
            await Time.StepAsync(step ?? TimeSpan.FromSeconds(1));
        }

        return await done.WaitAsync(TimeSpan.FromSeconds(20));
    }

    /// <summary>Lets the others run.</summary>
    public static Task PollAsync(CancellationToken cancellationToken = default) => Task.Delay(1, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await Rotation.StopAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(20)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Rotation.Dispose();
        await Cache.DisposeAsync();
        Counted.Dispose();
    }

    private sealed class StateLogger(Microsoft.Extensions.Logging.ILogger inner) : Microsoft.Extensions.Logging.ILogger<RoleAliasState>
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(Microsoft.Extensions.Logging.LogLevel logLevel) => true;

        public void Log<TState>(Microsoft.Extensions.Logging.LogLevel logLevel, Microsoft.Extensions.Logging.EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            inner.Log(logLevel, eventId, state, exception, formatter);
    }
}
