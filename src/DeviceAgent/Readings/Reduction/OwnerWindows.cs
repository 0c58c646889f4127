namespace DeviceAgent.Readings.Reduction;

/// <summary>The windows of one serial number: those that are open, and which were closed lately.</summary>
internal sealed class OwnerWindows
{
    /// <summary>So many are told apart from windows that never were; what is older than all of them counts as closed.</summary>
    public const int MostClosed = 16;

    private readonly SortedDictionary<DateTimeOffset, bool> _closed = [];
    private DateTimeOffset _oldest;

    /// <summary>By their ends.</summary>
    public SortedDictionary<DateTimeOffset, Window> Open { get; } = [];

    /// <summary>Those that stay closed after a restart: what had lines of a file in it is made again.</summary>
    public IEnumerable<DateTimeOffset> ClosedForGood => _closed.Where(c => !c.Value).Select(c => c.Key);

    /// <summary>Its item is written: another one with that key would replace it.</summary>
    public bool IsClosed(DateTimeOffset end) => _closed.ContainsKey(end) || (_closed.Count == MostClosed && end < _oldest);

    public void Close(DateTimeOffset end, bool isRecorded)
    {
        Open.Remove(end);
        _closed[end] = isRecorded;
        if (_closed.Count > MostClosed) _closed.Remove(_closed.First().Key);
        _oldest = _closed.First().Key;
    }
}
