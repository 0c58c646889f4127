namespace DeviceAgent.Upload;

/// <summary>The batches that are in flight. Used by one loop.</summary>
internal sealed class InFlightBatches
{
    private readonly List<InFlightBatch> _flights = [];
    private readonly HashSet<ReadingKey> _keys = [];

    public int Count => _flights.Count;

    public int Items => _keys.Count;

    /// <summary>No two of the batches have a key in common.</summary>
    public IReadOnlySet<ReadingKey> Keys => _keys;

    public IEnumerable<Task> Tasks => _flights.Select(f => f.Result);

    /// <summary>A copy: the spool reads it on its own thread.</summary>
    public HashSet<long> Sequences()
    {
        var sequences = new HashSet<long>(_keys.Count);
        foreach (var flight in _flights)
        {
            foreach (var item in flight.Items) sequences.Add(item.Record.Sequence);
        }

        return sequences;
    }

    public void Add(InFlightBatch flight)
    {
        foreach (var item in flight.Items) _keys.Add(item.Key);
        _flights.Add(flight);
    }

    /// <summary>The next one that has ended, no longer in flight; null when there is none.</summary>
    public InFlightBatch? TakeFinished()
    {
        var place = _flights.FindIndex(f => f.Result.IsCompleted);
        if (place < 0) return null;
        var flight = _flights[place];
        _flights.RemoveAt(place);
        foreach (var item in flight.Items) _keys.Remove(item.Key);
        return flight;
    }
}

/// <summary>A batch that is in flight.</summary>
/// <param name="Items">What is in it.</param>
/// <param name="Result">How it will have gone.</param>
/// <param name="Epoch"><see cref="AdaptiveConcurrency.Epoch"/> at its start.</param>
internal sealed record InFlightBatch(IReadOnlyList<PendingReading> Items, Task<BatchResult> Result, int Epoch);
