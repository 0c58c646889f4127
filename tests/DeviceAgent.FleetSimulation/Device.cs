using DeviceAgent.Credentials;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.FleetSimulation;

/// <summary>One device: the real cache, on a clock that tells the fleet when the cache may have begun a request.</summary>
internal sealed class Device : TimeProvider, ILogger, IAsyncDisposable
{
    /// <summary>What the cache logs once it has taken over the outcome of a request: renewed, failed, failed again.</summary>
    private static readonly int[] Settled = [1000, 1001, 1002];

    private readonly TimeProvider _clock;
    private readonly UnderWay _underWay;
    private readonly CredentialCache _cache;
    private long _accounted;

    public Device(TimeProvider clock, SimulatedProvider provider, UnderWay underWay, CredentialCacheOptions options, int seed)
    {
        _clock = clock;
        _underWay = underWay;
        _cache = new CredentialCache(provider.AnswerAsync, options, this, new Random(seed), this);
    }

    public bool IsServed => _cache.Status.HasValidCredentials;

    public override long TimestampFrequency => _clock.TimestampFrequency;

    /// <summary>The agent has started: from now on credentials are wanted.</summary>
    public void Start()
    {
        // Who waits for the outcome is of no interest here; a failure is not thrown away, the cache keeps it.
        _ = _cache.GetAsync().AsTask().ContinueWith(t => t.Exception, TaskScheduler.Default);
        if (_cache.Status.IsFetching) Account();
    }

    public override long GetTimestamp() => _clock.GetTimestamp();

    public override DateTimeOffset GetUtcNow() => _clock.GetUtcNow();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        _clock.CreateTimer(
            s =>
            {
                callback(s);
                Account();
            },
            state, dueTime, period);

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (Settled.Contains(eventId.Id)) _underWay.End();
    }

    public ValueTask DisposeAsync() => _cache.DisposeAsync();

    private void Account()
    {
        if (_cache.Status.FetchCount == _accounted) return;
        _accounted++;
        _underWay.Begin();
    }
}
