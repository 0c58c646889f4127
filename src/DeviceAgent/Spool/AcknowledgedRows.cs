namespace DeviceAgent.Spool;

/// <summary>
/// Rows that were accepted and are not yet deleted. They are deleted in groups; should a power cut come first, they are sent again
/// and write the same items.
/// </summary>
internal sealed class AcknowledgedRows(TimeProvider time)
{
    private const int GroupSize = 500;

    private static readonly TimeSpan GroupDelay = TimeSpan.FromSeconds(60);

    private readonly HashSet<long> _sequences = [];
    private long _opened;

    public IReadOnlyCollection<long> Sequences => _sequences;

    public bool Contains(long sequence) => _sequences.Contains(sequence);

    public void Add(IReadOnlyCollection<long> sequences)
    {
        if (_sequences.Count == 0) _opened = time.GetTimestamp();
        _sequences.UnionWith(sequences);
    }

    public void Clear() => _sequences.Clear();

    /// <summary>How long until they must be deleted; null when there are none.</summary>
    public TimeSpan? DueIn()
    {
        if (_sequences.Count == 0) return null;
        if (_sequences.Count >= GroupSize) return TimeSpan.Zero;
        var left = GroupDelay - time.GetElapsedTime(_opened);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }
}
