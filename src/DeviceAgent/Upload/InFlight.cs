namespace DeviceAgent.Upload;

/// <summary>The batches that are under way. Used by one loop.</summary>
internal sealed class InFlight
{
    private readonly List<Flight> _flights = [];
    private readonly HashSet<ReadingKey> _keys = [];

    public int Count => _flights.Count;

    public int Items => _keys.Count;

    /// <summary>No two of the batches have a key in common.</summary>
    public IReadOnlySet<ReadingKey> Keys => _keys;

    public IEnumerable<Task> Tasks => _flights.Select(f => f.Delivery);

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

    public void Add(Flight flight)
    {
        foreach (var item in flight.Items) _keys.Add(item.Key);
        _flights.Add(flight);
    }

    /// <summary>The next one that has ended, no longer under way; null when there is none.</summary>
    public Flight? TakeFinished()
    {
        var place = _flights.FindIndex(f => f.Delivery.IsCompleted);
        if (place < 0) return null;
        var flight = _flights[place];
        _flights.RemoveAt(place);
        foreach (var item in flight.Items) _keys.Remove(item.Key);
        return flight;
    }
}
