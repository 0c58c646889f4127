using System.Threading.Channels;
using DeviceAgent.Clock;
using DeviceAgent.Diagnostics;
using DeviceAgent.Settings;
using DeviceAgent.Timing;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Spool;

/// <summary>
/// The spool on SQLite. One loop does all the work on the store, one piece at a time; a timer wakes it when a group is to be
/// committed or upkeep is due. A write that never returns hangs the loop, which its pulse tells.
/// </summary>
internal sealed class SqliteSpool : ISpool, IAsyncDisposable
{
    /// <summary>Bounds how long a commit that is due waits for what came meanwhile.</summary>
    private const int WorkAtOnce = 512;

    private readonly SpoolStore _store;
    private readonly CommitGroup _group;
    private readonly BootClock _clock;
    private readonly LoopPulse _pulse;
    private readonly ILogger<SqliteSpool> _logger;
    private readonly Channel<Action> _work = Channel.CreateUnbounded<Action>(new UnboundedChannelOptions { SingleReader = true });
    private readonly ITimer _timer;
    private readonly Task _loop;
    private int _disposed;
    private long _newestLive;
    private Snapshot _snapshot = null!;
    private readonly WakeSignal _committed = new();

    public SqliteSpool(string path, LiveOptions<SpoolOptions> options, BootClock clock, AgentMetrics metrics, LoopWatch loops, ILogger<SqliteSpool> logger)
        : this(new SpoolStorage(path), options, clock, metrics, loops, logger)
    {
    }

    /// <exception cref="SpoolException">Another process has the file open, or a newer agent wrote it.</exception>
    public SqliteSpool(SpoolStorage storage, LiveOptions<SpoolOptions> options, BootClock clock, AgentMetrics metrics, LoopWatch loops, ILogger<SqliteSpool> logger)
    {
        _clock = clock;
        _pulse = loops.Pulse("spool");
        _logger = logger;
        _store = new SpoolStore(storage with { Progress = _pulse.Works }, options, clock, metrics, _pulse, logger);
        _group = new CommitGroup(options, clock);
        Publish();
        _timer = clock.Time.CreateTimer(_ => _work.Writer.TryWrite(static () => { }), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        ArmTimer();
        _loop = Task.Run(RunAsync);
        SpoolGauges.Register(metrics.Meter, this);
    }

    public long Count => Volatile.Read(ref _snapshot).Status.Count;

    public DateTimeOffset NewestLive => new(Interlocked.Read(ref _newestLive), TimeSpan.Zero);

    public Task NextCommit => _committed.Next;

    public SpoolStatus Status
    {
        get
        {
            var (status, at) = Volatile.Read(ref _snapshot);
            return status with { OldestAge = status.OldestAge + _clock.Time.GetElapsedTime(at) };
        }
    }

    public Task<AppendResult> AppendAsync(SpoolEntry entry, CancellationToken cancellationToken)
    {
        if (entry.Timestamp is null && !entry.IsLive) throw new ArgumentException("Only the time of a live reading can become known later.", nameof(entry));
        var stored = new TaskCompletionSource<AppendResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        var taken = _clock.Milliseconds;
        if (!_work.Writer.TryWrite(() => _group.Add(entry, taken, stored))) stored.SetException(new SpoolException("the spool is closed"));
        return stored.Task.WaitAsync(cancellationToken);
    }

    public Task FlushAsync(CancellationToken cancellationToken) => DoAsync(
        () =>
        {
            Commit();
            return true;
        },
        cancellationToken);

    public Task<IReadOnlyList<SpoolRecord>> PeekAsync(SpoolQuery query, CancellationToken cancellationToken) => DoAsync(() => _store.Reads.Peek(query), cancellationToken);

    public Task AcknowledgeAsync(IReadOnlyCollection<long> sequences, CancellationToken cancellationToken) => DoAsync(
        () =>
        {
            _store.Acknowledge(sequences);
            return true;
        },
        cancellationToken);

    public Task MoveToDeadLettersAsync(SpoolRecord record, string reason, CancellationToken cancellationToken) => DoAsync(
        () =>
        {
            _store.MoveToDeadLetters(record, reason);
            return true;
        },
        cancellationToken);

    public Task<IReadOnlyList<DeadLetter>> DeadLettersAsync(long afterId, int max, CancellationToken cancellationToken) =>
        DoAsync(() => _store.Reads.DeadLetters(afterId, max), cancellationToken);

    public Task<int> RequeueAsync(IReadOnlyCollection<long>? ids, CancellationToken cancellationToken) => DoAsync(() => Signalled(_store.Requeue(ids)), cancellationToken);

    public Task<int> ResolveTimesAsync(Func<IReadOnlyList<UnresolvedBoot>, Func<UnresolvedReading, ResolvedReading>> plan, CancellationToken cancellationToken) => DoAsync(
        () =>
        {
            Commit();
            return Signalled(_store.Resolve(plan));
        },
        cancellationToken);

    /// <summary>Commits what waits, deletes what is acknowledged, writes the log back and closes the file.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1) return;
        _work.Writer.TryComplete();
        await _loop.ConfigureAwait(false);
        await _timer.DisposeAsync().ConfigureAwait(false);
        Commit();
        Publish();
        _store.Close();
        _logger.SpoolClosed(Count);
    }

    private async Task RunAsync()
    {
        try
        {
            while (await _work.Reader.WaitToReadAsync().ConfigureAwait(false))
            {
                // What waits already goes into one commit, and needs no timer to wake the loop for it; only upkeep that is due comes before it.
                for (var done = 0; done < WorkAtOnce && !_group.HasEnoughBytes && (done == 0 || _store.DueIn() != TimeSpan.Zero) && _work.Reader.TryRead(out var work); done++)
                {
                    _pulse.Works();
                    work();
                }

                try
                {
                    if (_group.DueIn() == TimeSpan.Zero) Commit();
                    if (_store.DueIn() == TimeSpan.Zero)
                    {
                        if (_store.Upkeep()) _committed.Set();
                        Publish();
                    }
                }
                catch (Exception e)
                {
                    // Nothing of this may end the loop: whoever hands in a reading would be refused until the next start.
                    _store.Fail(e);
                }

                if (!_work.Reader.TryPeek(out _)) ArmTimer();
            }

            _pulse.Ends();
        }
        finally
        {
            // Should the loop ever end by a fault, nobody may wait for it in vain; its pulse goes on being late.
            _work.Writer.TryComplete();
        }
    }

    private void Commit()
    {
        var entries = _group.Take();
        if (entries.Count == 0) return;
        try
        {
            _store.Commit(entries);
            Publish();
        }
        finally
        {
            // Who has no result is told that there is none.
            foreach (var entry in entries) entry.Tell();
        }

        _committed.Set();
    }

    private int Signalled(int count)
    {
        if (count > 0) _committed.Set();
        return count;
    }

    private Task<T> DoAsync<T>(Func<T> work, CancellationToken cancellationToken)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        var enqueued = _work.Writer.TryWrite(() =>
        {
            try
            {
                var result = work();
                Publish();
                done.SetResult(result);
            }
            catch (Exception e)
            {
                // Whoever asked is told; the loop goes on for the others.
                done.SetException(e);
            }
        });
        if (!enqueued) done.SetException(new SpoolException("the spool is closed"));
        return done.Task.WaitAsync(cancellationToken);
    }

    private void Publish()
    {
        Volatile.Write(ref _snapshot, new Snapshot(_store.Reads.Status(), _clock.Time.GetTimestamp()));
        var newest = _store.NewestLive == long.MinValue ? DateTimeOffset.MinValue : DateTimeOffset.FromUnixTimeMilliseconds(_store.NewestLive);
        Interlocked.Exchange(ref _newestLive, newest.UtcTicks);
    }

    private void ArmTimer()
    {
        var due = Earliest(_group.DueIn(), _store.DueIn());
        _timer.Change(due ?? Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _ = _pulse.WaitsFor(due ?? Timeout.InfiniteTimeSpan);
    }

    private static TimeSpan? Earliest(TimeSpan? a, TimeSpan? b) => a is null || b < a ? b : a;

    private sealed record Snapshot(SpoolStatus Status, long At);
}
