using DeviceAgent.Upload;

namespace DeviceAgent.Tests.Upload;

/// <summary>A table that keeps what it is given, and answers as it is told.</summary>
internal sealed class FakeTable : ITable
{
    private readonly Lock _gate = new();
    private readonly Queue<Func<IReadOnlyList<PendingItem>, WriteResult>> _answers = new();
    private readonly List<IReadOnlyList<PendingItem>> _requests = [];
    private TaskCompletionSource _asked = NewSignal();

    /// <summary>What is in the table, by key; a later put replaces an earlier one.</summary>
    public Dictionary<ItemKey, PendingItem> Stored { get; } = [];

    /// <summary>The sequences in each request, in order.</summary>
    public IReadOnlyList<IReadOnlyList<long>> Requests
    {
        get
        {
            lock (_gate) return [.. _requests.Select(r => r.Select(i => i.Record.Sequence).ToList())];
        }
    }

    public Queue<UploadFault?> CheckAnswers { get; } = new();

    public UploadFault? RefreshAnswer { get; set; }

    public int Refreshes { get; private set; }

    /// <summary>Items that a ValidationException is thrown for.</summary>
    public HashSet<long> Poison { get; } = [];

    /// <summary>When set, requests wait for it or for their cancellation.</summary>
    public TaskCompletionSource? Hang { get; set; }

    /// <summary>The next request ends in this fault.</summary>
    public void Fail(UploadFault fault) => _answers.Enqueue(items => WriteResult.Failed(items, fault));

    /// <summary>The next request leaves those at these places unprocessed.</summary>
    public void LeaveUnprocessed(params int[] places) =>
        _answers.Enqueue(items => Accept([.. items.Where((_, i) => !places.Contains(i))], [.. places.Select(p => items[p])]));

    /// <summary>Completes when so many requests have come.</summary>
    public async Task WhenAskedAsync(int requests)
    {
        while (true)
        {
            Task asked;
            lock (_gate)
            {
                if (_requests.Count >= requests) return;
                asked = _asked.Task;
            }

            await asked.WaitAsync(TimeSpan.FromSeconds(20));
        }
    }

    public Task<UploadFault?> CheckAsync(CancellationToken cancellationToken) => Task.FromResult(CheckAnswers.TryDequeue(out var answer) ? answer : null);

    public async Task<WriteResult> WriteAsync(IReadOnlyList<PendingItem> items, CancellationToken cancellationToken)
    {
        Assert.InRange(items.Count, 1, 25);
        Assert.Equal(items.Count, items.Select(i => i.Key).Distinct().Count());
        TaskCompletionSource asked;
        lock (_gate)
        {
            _requests.Add(items);
            (asked, _asked) = (_asked, NewSignal());
        }

        asked.SetResult();
        if (Hang is { } hang) await hang.Task.WaitAsync(cancellationToken);
        lock (_gate)
        {
            if (_answers.TryDequeue(out var answer)) return answer(items);
            return items.Any(i => Poison.Contains(i.Record.Sequence))
                ? WriteResult.Failed(items, new UploadFault(FaultKind.Rejected, "ValidationException: no good"))
                : Accept(items, []);
        }
    }

    public Task<UploadFault?> RefreshCredentialsAsync(CancellationToken cancellationToken)
    {
        Refreshes++;
        return Task.FromResult(RefreshAnswer);
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private WriteResult Accept(IReadOnlyList<PendingItem> items, IReadOnlyList<PendingItem> unprocessed)
    {
        foreach (var item in items) Stored[item.Key] = item;
        return new WriteResult(items, unprocessed, null);
    }
}
