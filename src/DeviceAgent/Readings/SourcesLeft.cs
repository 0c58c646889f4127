using DeviceAgent.Spool;

namespace DeviceAgent.Readings;

/// <summary>Which source is the last to end: what is in the spool is uploaded then, and the agent ends. Thread-safe.</summary>
/// <param name="count">How many there are.</param>
/// <param name="drain">Is told.</param>
internal sealed class SourcesLeft(int count, DrainSignal drain)
{
    private int _reading = count;
    private int _committing = count;

    /// <summary>A source has given its last reading. True for the last source.</summary>
    public bool EndReading() => Interlocked.Decrement(ref _reading) == 0;

    /// <summary>What it gave is committed. True for the last source.</summary>
    public bool EndCommitting()
    {
        if (Interlocked.Decrement(ref _committing) > 0) return false;
        drain.Request();
        return true;
    }
}
