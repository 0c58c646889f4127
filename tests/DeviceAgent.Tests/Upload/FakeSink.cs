using DeviceAgent.Readings;
using DeviceAgent.TestSupport;
using DeviceAgent.Upload;
using DeviceAgent.Upload.DynamoDb;

namespace DeviceAgent.Tests.Upload;

/// <summary>A sink that keeps what it is given, answers as it is told, and notes when two requests have a key in common.</summary>
internal sealed class FakeSink : IReadingSink
{
    private readonly Lock _gate = new();
    private readonly Queue<Func<IReadOnlyList<PendingReading>, WriteResult>> _answers = new();
    private readonly List<IReadOnlyList<PendingReading>> _requests = [];
    private readonly HashSet<ReadingKey> _keysUnderWay = [];
    private TaskCompletionSource _asked = NewSignal();
    private int _underWay;

    /// <summary>What has arrived, by key; a later put replaces an earlier one.</summary>
    public Dictionary<ReadingKey, PendingReading> Stored { get; } = [];

    /// <summary>The sequences in each request, in order.</summary>
    public IReadOnlyList<IReadOnlyList<long>> Requests
    {
        get
        {
            lock (_gate) return [.. _requests.Select(r => r.Select(i => i.Record.Sequence).ToList())];
        }
    }

    /// <summary>Requests that broke the rules.</summary>
    public List<string> Violations { get; } = [];

    public int MostUnderWay { get; private set; }

    /// <summary>Requests that are not answered yet.</summary>
    public int UnderWay
    {
        get
        {
            lock (_gate) return _underWay;
        }
    }

    public Queue<UploadFault?> CheckAnswers { get; } = new();

    public UploadFault? RefreshAnswer { get; set; }

    public int Refreshes { get; private set; }

    /// <summary>Items that a ValidationException is thrown for.</summary>
    public HashSet<long> Poison { get; } = [];

    /// <summary>When set, requests wait for it or for their cancellation.</summary>
    public TaskCompletionSource? Hang { get; set; }

    /// <summary>When set, each request takes so long.</summary>
    public (ManualTimeProvider Clock, TimeSpan Time)? Latency { get; set; }

    /// <summary>When set, it may say what becomes of a request; null is the usual.</summary>
    public Func<FakeSink, IReadOnlyList<PendingReading>, WriteResult?>? Answer { get; set; }

    /// <summary>The next request ends in this fault.</summary>
    public void Fail(UploadFault fault) => _answers.Enqueue(items => WriteResult.Failed(items, fault));

    /// <summary>The next request leaves those at these places unprocessed.</summary>
    public void LeaveUnprocessed(params int[] places) => _answers.Enqueue(items => Accept(items, i => !places.Contains(i)));

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

    public RequestLimits RequestLimits => TestItems.Limits;

    public bool AwaitsWrite { get; set; }

    public IReadingLimits ReadingLimits { get; } = new ItemLimits(TestItems.Table.ReservedNames, 0);

    public Task<UploadFault?> CheckAsync(CancellationToken cancellationToken) => Task.FromResult(CheckAnswers.TryDequeue(out var answer) ? answer : null);

    public async Task<WriteResult> WriteAsync(IReadOnlyList<PendingReading> items, CancellationToken cancellationToken)
    {
        Enter(items);
        try
        {
            if (Hang is { } hang) await hang.Task.WaitAsync(cancellationToken);
            if (Latency is { } latency) await Task.Delay(latency.Time, latency.Clock, cancellationToken);
            lock (_gate)
            {
                if (_answers.TryDequeue(out var answer)) return answer(items);
                if (Answer?.Invoke(this, items) is { } result) return result;
                return items.Any(i => Poison.Contains(i.Record.Sequence))
                    ? WriteResult.Failed(items, new UploadFault(FaultKind.Rejected, "ValidationException: no good"))
                    : Accept(items, _ => true);
            }
        }
        finally
        {
            lock (_gate)
            {
                _underWay--;
                _keysUnderWay.ExceptWith(items.Select(i => i.Key));
            }
        }
    }

    public Task<UploadFault?> RefreshAsync(CancellationToken cancellationToken)
    {
        Refreshes++;
        return Task.FromResult(RefreshAnswer);
    }

    /// <summary>Puts those at the places that are chosen.</summary>
    public WriteResult Accept(IReadOnlyList<PendingReading> items, Func<int, bool> isAccepted)
    {
        var accepted = items.Where((_, i) => isAccepted(i)).ToList();
        foreach (var item in accepted) Stored[item.Key] = item;
        return new WriteResult(accepted, [.. items.Except(accepted)], null);
    }

    private void Enter(IReadOnlyList<PendingReading> items)
    {
        TaskCompletionSource asked;
        lock (_gate)
        {
            _requests.Add(items);
            MostUnderWay = Math.Max(MostUnderWay, ++_underWay);
            if (items.Count is < 1 or > 25) Violations.Add($"request {_requests.Count} has {items.Count} items");
            foreach (var item in items.Where(i => !_keysUnderWay.Add(i.Key))) Violations.Add($"request {_requests.Count}: {item.Key} is under way already");
            (asked, _asked) = (_asked, NewSignal());
        }

        asked.SetResult();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
