using DeviceAgent.Spool;

namespace DeviceAgent.Tests.Upload;

/// <summary>A spool in memory that commits at once.</summary>
internal sealed class FakeSpool : ISpool
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<long, SpoolRecord> _records = [];
    private TaskCompletionSource _nextCommit = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource _emptied = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _next = 1;

    public List<long> Acknowledged { get; } = [];

    public List<(long Sequence, string Reason)> DeadLetters { get; } = [];

    /// <summary>Appends and acknowledgements fail with this while it is set.</summary>
    public SpoolException? Failure { get; set; }

    public List<SpoolEntry> Appended { get; } = [];

    /// <summary>Runs between a look into the spool and its answer.</summary>
    public Action? AfterPeek { get; set; }

    public int Flushes { get; private set; }

    public bool IsOnDisk { get; set; } = true;

    public long Count
    {
        get
        {
            lock (_gate) return _records.Count;
        }
    }

    public DateTimeOffset NewestLive { get; set; } = DateTimeOffset.MinValue;

    public Task NextCommit
    {
        get
        {
            lock (_gate) return _nextCommit.Task;
        }
    }

    public SpoolStatus Status => new()
    {
        Count = Count,
        CountByClass = new ClassCounts(0, Count, 0),
        Evicted = default,
        OnDisk = IsOnDisk,
        DeadLetters = DeadLetters.Count,
    };

    public Task<AppendResult> AppendAsync(SpoolEntry entry, CancellationToken cancellationToken)
    {
        if (Failure is not null) return Task.FromException<AppendResult>(Failure);
        Appended.Add(entry);
        if (entry.Timestamp is { } timestamp) Add(timestamp, entry.IsLive ? TimeSpan.Zero : null, entry.Payload);
        return Task.FromResult(AppendResult.Durable);
    }

    /// <summary>Puts a record in as if it had waited for so long.</summary>
    public void Add(DateTimeOffset timestamp, TimeSpan? age, ReadOnlyMemory<byte> payload, SpoolClass @class = SpoolClass.Normal)
    {
        TaskCompletionSource committed;
        lock (_gate)
        {
            _records.Add(_next, new SpoolRecord(_next, @class, timestamp, age, payload));
            _next++;
            (committed, _nextCommit) = (_nextCommit, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        committed.SetResult();
    }

    public void Fill(int count, TimeSpan? age = null, SpoolClass @class = SpoolClass.Normal)
    {
        for (var i = 0; i < count; i++) Add(TestItems.Noon.AddSeconds(_next), age, TestItems.Entry((int)_next).Payload, @class: @class);
    }

    /// <summary>Completes when the last record has left.</summary>
    public async Task WhenEmptyAsync()
    {
        Task emptied;
        lock (_gate)
        {
            if (_records.Count == 0) return;
            _emptied = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            emptied = _emptied.Task;
        }

        await emptied.WaitAsync(TimeSpan.FromSeconds(20));
    }

    public Task FlushAsync(CancellationToken cancellationToken)
    {
        Flushes++;
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<SpoolRecord>> PeekAsync(SpoolQuery query, CancellationToken cancellationToken)
    {
        IReadOnlyList<SpoolRecord> records;
        lock (_gate)
        {
            var from = query.Order == SpoolOrder.OldestFirst ? _records.Values : _records.Values.Reverse();
            var offered = from.Where(r => r.Sequence > query.After && query.Except?.Contains(r.Sequence) != true);
            records = [.. query.CriticalFirst ? offered.Where(r => r.Class == SpoolClass.Critical).Concat(offered.Where(r => r.Class != SpoolClass.Critical)).Take(query.Max) : offered.Take(query.Max)];
        }

        AfterPeek?.Invoke();
        return Task.FromResult(records);
    }

    public Task AcknowledgeAsync(IReadOnlyCollection<long> sequences, CancellationToken cancellationToken)
    {
        if (Failure is not null) return Task.FromException(Failure);
        lock (_gate)
        {
            Acknowledged.AddRange(sequences);
            foreach (var sequence in sequences) Assert.True(_records.Remove(sequence));
            if (_records.Count == 0) _emptied.TrySetResult();
        }

        return Task.CompletedTask;
    }

    public Task MoveToDeadLettersAsync(SpoolRecord record, string reason, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            DeadLetters.Add((record.Sequence, reason));
            Assert.True(_records.Remove(record.Sequence));
            if (_records.Count == 0) _emptied.TrySetResult();
        }

        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<DeadLetter>> DeadLettersAsync(long afterId, int max, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<int> RequeueAsync(IReadOnlyCollection<long>? ids, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<int> ResolveTimesAsync(Func<IReadOnlyList<UnresolvedBoot>, Func<UnresolvedReading, ResolvedReading>> plan, CancellationToken cancellationToken) => throw new NotSupportedException();
}
