using System.Text.Json;

namespace DeviceAgent.Benchmarks.Comparison;

/// <summary>What came to <see cref="InstantDynamoDb"/> since it was told to begin.</summary>
internal sealed class Arrivals
{
    private readonly Lock _gate = new();
    private readonly List<(string Operation, byte[] Body, long At)> _requests = [];
    private readonly List<(int Writes, TaskCompletionSource<long> Come)> _awaited = [];
    private long _bytes;

    /// <summary>When the last write had been read.</summary>
    public long LastAt
    {
        get
        {
            lock (_gate) return _requests[^1].At;
        }
    }

    /// <summary>Bytes of all requests, heads included.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>Waits for so many writes; gives the moment when the last of them had been read, as <see cref="System.Diagnostics.Stopwatch.GetTimestamp"/> has it.</summary>
    public Task<long> WaitAsync(int writes)
    {
        lock (_gate)
        {
            if (_requests.Count >= writes) return Task.FromResult(_requests[writes - 1].At);
            var come = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
            _awaited.Add((writes, come));
            return come.Task;
        }
    }

    public void AddBytes(int count) => Interlocked.Add(ref _bytes, count);

    public void Add(string operation, byte[] body, long at)
    {
        lock (_gate)
        {
            _requests.Add((operation, body, at));
            foreach (var (_, come) in _awaited.Where(a => a.Writes == _requests.Count)) come.SetResult(at);
        }
    }

    /// <summary>How many different readings arrived whole.</summary>
    public int CountReadings()
    {
        var keys = new HashSet<string>();
        List<(string Operation, byte[] Body, long At)> requests;
        lock (_gate) requests = [.. _requests];
        foreach (var (operation, body, _) in requests)
        {
            using var document = JsonDocument.Parse(body);
            if (operation == "PutItem") Add(document.RootElement.GetProperty("Item"));
            else foreach (var write in document.RootElement.GetProperty("RequestItems").EnumerateObject().Single().Value.EnumerateArray()) Add(write.GetProperty("PutRequest").GetProperty("Item"));
        }

        return keys.Count;

        void Add(JsonElement item)
        {
            if (item.EnumerateObject().Count() == Recording.Attributes + 2 && item.GetProperty("serial_number").GetProperty("S").GetString() is { Length: > 0 })
                keys.Add(item.GetProperty("timestamp").GetProperty("S").GetString()!);
        }
    }
}
