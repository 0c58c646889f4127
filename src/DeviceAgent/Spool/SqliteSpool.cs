using System.Threading.Channels;
using DeviceAgent.Diagnostics;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Spool;

/// <summary>
/// The spool on SQLite. One loop does all the work on the file, one piece at a time; a timer wakes it when a group is to be
/// committed, acknowledged rows deleted or the log written back.
/// </summary>
internal sealed class SqliteSpool : ISpool, IAsyncDisposable
{
    /// <summary>The pause after upkeep that failed.</summary>
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(10);

    private readonly string _path;
    private readonly BootClock _clock;
    private readonly SpoolFile _file;
    private readonly CommitGroup _group;
    private readonly AcknowledgedRows _acknowledged;
    private readonly CheckpointRule _checkpoints;
    private readonly AgentMetrics _metrics;
    private readonly ILogger<SqliteSpool> _logger;
    private readonly Channel<Action> _work = Channel.CreateUnbounded<Action>(new UnboundedChannelOptions { SingleReader = true });
    private readonly ITimer _timer;
    private readonly Task _loop;
    private int _disposed;
    private bool _upkeepFailed;
    private long _count;
    private long _newestLive;

    private SpoolStatus _status = null!;
    private TaskCompletionSource _nextCommit = NewSignal();

    public SqliteSpool(string path, SpoolOptions options, BootClock clock, AgentMetrics metrics, ILogger<SqliteSpool> logger)
    {
        _path = path;
        _clock = clock;
        _file = new SpoolFile(path, clock);
        _group = new CommitGroup(options, clock);
        _acknowledged = new AcknowledgedRows(clock.Time);
        _checkpoints = new CheckpointRule(clock.Time);
        _metrics = metrics;
        _logger = logger;
        Publish();
        _timer = clock.Time.CreateTimer(_ => _work.Writer.TryWrite(static () => { }), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _loop = Task.Run(RunAsync);
        _logger.SpoolOpened(path, _file.SqliteVersion, Count);
    }

    public long Count => Interlocked.Read(ref _count);

    public DateTimeOffset NewestLive => new(Interlocked.Read(ref _newestLive), TimeSpan.Zero);

    public Task NextCommit => Volatile.Read(ref _nextCommit).Task;

    public SpoolStatus Status => Volatile.Read(ref _status);

    public Task<AppendResult> AppendAsync(SpoolEntry entry, CancellationToken cancellationToken)
    {
        var committed = new TaskCompletionSource<AppendResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        var taken = _clock.Milliseconds;
        if (!_work.Writer.TryWrite(() => _group.Add(entry, taken, committed))) committed.SetException(new SpoolException("the spool is closed"));
        return committed.Task.WaitAsync(cancellationToken);
    }

    public Task FlushAsync(CancellationToken cancellationToken) => DoAsync(Commit, cancellationToken);

    public async Task<IReadOnlyList<SpoolRecord>> PeekAsync(SpoolQuery query, CancellationToken cancellationToken)
    {
        IReadOnlyList<SpoolRecord> records = [];
        await DoAsync(() => records = Peek(query), cancellationToken).ConfigureAwait(false);
        return records;
    }

    public async Task<IReadOnlyList<DeadLetter>> DeadLettersAsync(long afterId, int max, CancellationToken cancellationToken)
    {
        IReadOnlyList<DeadLetter> letters = [];
        await DoAsync(() => letters = _file.DeadLetters(afterId, max), cancellationToken).ConfigureAwait(false);
        return letters;
    }

    public async Task<int> RequeueAsync(IReadOnlyCollection<long>? ids, CancellationToken cancellationToken)
    {
        var count = 0;
        await DoAsync(() => count = _file.Requeue(ids), cancellationToken).ConfigureAwait(false);
        Interlocked.Exchange(ref _nextCommit, NewSignal()).SetResult();
        return count;
    }

    public async Task<int> ResolveTimesAsync(Func<IReadOnlyList<UnresolvedBoot>, Func<UnresolvedReading, ResolvedReading>> plan, CancellationToken cancellationToken)
    {
        var count = 0;
        await DoAsync(
            () =>
            {
                Commit();
                count = _file.Resolve(plan);
            },
            cancellationToken).ConfigureAwait(false);
        Interlocked.Exchange(ref _nextCommit, NewSignal()).SetResult();
        return count;
    }

    public Task AcknowledgeAsync(IReadOnlyCollection<long> sequences, CancellationToken cancellationToken) =>
        DoAsync(() => _acknowledged.Add(sequences), cancellationToken);

    public Task SetAsideAsync(SpoolRecord record, string reason, CancellationToken cancellationToken) => DoAsync(
        () =>
        {
            _file.SetAside(record, reason);
            _checkpoints.NoteWrite();
        },
        cancellationToken);

    /// <summary>Commits what waits, deletes what is acknowledged, writes the log back and closes the file.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1) return;
        _work.Writer.TryComplete();
        await _loop.ConfigureAwait(false);
        await _timer.DisposeAsync().ConfigureAwait(false);
        Guard(Commit);
        Guard(DeleteAcknowledged);
        Guard(Checkpoint);
        _file.Dispose();
        _logger.SpoolClosed(Count);
    }

    private async Task RunAsync()
    {
        try
        {
            await foreach (var work in _work.Reader.ReadAllAsync().ConfigureAwait(false))
            {
                work();
                _upkeepFailed = false;
                if (_group.DueIn() == TimeSpan.Zero) Guard(Commit);
                if (_acknowledged.DueIn() == TimeSpan.Zero) Guard(DeleteAcknowledged);
                if (_checkpoints.DueIn() == TimeSpan.Zero) Guard(Checkpoint);
                Publish();
                ArmTimer();
            }
        }
        finally
        {
            // Should the loop ever end by a fault, nobody may wait for it in vain.
            _work.Writer.TryComplete();
        }
    }

    private void Commit()
    {
        if (_group.Entries.Count == 0) return;
        try
        {
            _file.Insert(_group.Entries);
        }
        catch (SqliteException e)
        {
            _group.Complete(SpoolConnection.Explain(_path, e));
            return;
        }

        _metrics.Committed.Add(_group.Entries.Count);
        _metrics.Commits.Add(1);
        AfterWrite();
        Publish();
        _group.Complete();
        Interlocked.Exchange(ref _nextCommit, NewSignal()).SetResult();
    }

    private List<SpoolRecord> Peek(SpoolQuery query)
    {
        var records = new List<SpoolRecord>();
        foreach (var record in _file.ReadAfter(0, query.Order))
        {
            if (!_acknowledged.Contains(record.Sequence) && query.Except?.Contains(record.Sequence) != true) records.Add(record);
            if (records.Count == query.Max) break;
        }

        return records;
    }

    private void DeleteAcknowledged()
    {
        if (_acknowledged.Sequences.Count == 0) return;
        _file.Delete(_acknowledged.Sequences);
        _acknowledged.Clear();
        AfterWrite();
    }

    private void AfterWrite()
    {
        _checkpoints.NoteWrite();
        if (CheckpointRule.IsDueAfterWrite(_file.WalBytes, drained: _file.Count == 0)) Guard(Checkpoint);
    }

    private void Checkpoint()
    {
        _checkpoints.NoteCheckpoint();
        _file.Checkpoint();
    }

    /// <summary>Work that nobody waits for: what goes wrong with it is logged here.</summary>
    private void Guard(Action work)
    {
        try
        {
            work();
        }
        catch (SqliteException e)
        {
            _upkeepFailed = true;
            _logger.UpkeepFailed(SpoolConnection.Explain(_path, e).Message);
        }
    }

    private Task DoAsync(Action work, CancellationToken cancellationToken)
    {
        var done = NewSignal();
        Enqueue(() =>
        {
            try
            {
                work();
                Publish();
                done.SetResult();
            }
            catch (SqliteException e)
            {
                done.SetException(SpoolConnection.Explain(_path, e));
            }
        }, done);
        return done.Task.WaitAsync(cancellationToken);
    }

    private void Enqueue(Action work, TaskCompletionSource done)
    {
        if (!_work.Writer.TryWrite(work)) done.SetException(new SpoolException("the spool is closed"));
    }

    private void Publish()
    {
        Interlocked.Exchange(ref _count, _file.Count - _acknowledged.Sequences.Count);
        Volatile.Write(ref _status, new SpoolStatus
        {
            Count = _file.Count - _acknowledged.Sequences.Count,
            CountByClass = _file.CountByClass(),
            UnknownTime = _file.UnknownTime,
            Bytes = _file.Bytes,
            DeadLetters = _file.DeadLetterCount,
            Shed = Enum.GetValues<SpoolClass>().ToDictionary(c => c, _ => 0L),
        });
        Interlocked.Exchange(ref _newestLive, _file.NewestLive.UtcTicks);
    }

    private void ArmTimer()
    {
        var due = new[] { _group.DueIn(), _acknowledged.DueIn(), _checkpoints.DueIn() }.Min();
        if (_upkeepFailed && due < RetryDelay) due = RetryDelay;
        _timer.Change(due ?? Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
