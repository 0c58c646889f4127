using System.Collections.Concurrent;
using DeviceAgent.Spool;

namespace DeviceAgent.Tests.Local;

/// <summary>A spool that says what it is told to, when it is told to.</summary>
internal sealed class HeldSpool : ISpool, IDisposable
{
    private readonly SemaphoreSlim _appended = new(0);
    private volatile TaskCompletionSource _gate = Open();

    public ConcurrentQueue<SpoolEntry> Entries { get; } = new();

    public List<DeadLetter> Letters { get; } = [];

    public List<long>? Requeued { get; private set; }

    /// <summary>What becomes of a reading, by its number from 0.</summary>
    public Func<int, AppendResult> Outcome { get; set; } = _ => AppendResult.Durable;

    public SpoolException? QueryFailure { get; set; }

    public long Count => Entries.Count;

    public DateTimeOffset NewestLive => DateTimeOffset.MinValue;

    public Task NextCommit => Task.CompletedTask;

    public SpoolStatus Status => new()
    {
        Count = 3,
        CountByClass = new ClassCounts(1, 2, 0),
        Evicted = new ClassCounts(4, 0, 0),
        QuotaBytes = 1000,
        Bytes = 300,
        OldestAge = TimeSpan.FromSeconds(90),
        DeadLetters = Letters.Count,
    };

    /// <summary>From now on appends wait for <see cref="Release"/> or a flush.</summary>
    public void Hold() => _gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Release() => _gate.TrySetResult();

    public async Task WaitForAppendsAsync(int count)
    {
        for (var i = 0; i < count; i++) Assert.True(await _appended.WaitAsync(TimeSpan.FromSeconds(20)));
    }

    public async Task<AppendResult> AppendAsync(SpoolEntry entry, CancellationToken cancellationToken)
    {
        var number = Entries.Count;
        Entries.Enqueue(entry);
        _appended.Release();
        await _gate.Task.WaitAsync(cancellationToken);
        return Outcome(number);
    }

    public Task FlushAsync(CancellationToken cancellationToken)
    {
        Release();
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<SpoolRecord>> PeekAsync(SpoolQuery query, CancellationToken cancellationToken)
    {
        if (QueryFailure is not null) throw QueryFailure;
        return Task.FromResult<IReadOnlyList<SpoolRecord>>(
        [
            .. Entries.Index().Where(e => e.Index + 1 > query.After).Take(query.Max)
                .Select(e => new SpoolRecord(e.Index + 1, e.Item.Class, e.Item.Timestamp!.Value, null, e.Item.Payload)),
        ]);
    }

    public Task<IReadOnlyList<DeadLetter>> DeadLettersAsync(long afterId, int max, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<DeadLetter>>([.. Letters.Where(l => l.Id > afterId).Take(max)]);

    public Task<int> RequeueAsync(IReadOnlyCollection<long>? ids, CancellationToken cancellationToken)
    {
        Requeued = [.. ids ?? Letters.Select(l => l.Id)];
        return Task.FromResult(Letters.RemoveAll(l => Requeued.Contains(l.Id)));
    }

    public Task AcknowledgeAsync(IReadOnlyCollection<long> sequences, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task MoveToDeadLettersAsync(SpoolRecord record, string reason, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<int> ResolveTimesAsync(Func<IReadOnlyList<UnresolvedBoot>, Func<UnresolvedReading, ResolvedReading>> plan, CancellationToken cancellationToken) => throw new NotSupportedException();

    public void Dispose() => _appended.Dispose();

    private static TaskCompletionSource Open()
    {
        var gate = new TaskCompletionSource();
        gate.SetResult();
        return gate;
    }
}
