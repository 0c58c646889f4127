namespace DeviceAgent.Spool;

/// <summary>When the write-ahead log goes back into the file: at 4 MiB, after a drain, or when nothing was written for 10 minutes.</summary>
internal sealed class CheckpointRule(TimeProvider time)
{
    private const long FullBytes = 4 * 1024 * 1024;

    /// <summary>Below this a drain is the ordinary state of an agent that keeps up, and a checkpoint would only wear the flash.</summary>
    private const long WorthwhileBytes = 1024 * 1024;

    private static readonly TimeSpan Idle = TimeSpan.FromMinutes(10);

    private long? _lastWrite;

    public void NoteWrite() => _lastWrite = time.GetTimestamp();

    public void NoteCheckpoint() => _lastWrite = null;

    public static bool IsDueAfterWrite(long walBytes, bool drained) => walBytes >= FullBytes || (drained && walBytes >= WorthwhileBytes);

    /// <summary>How long until the idle checkpoint; null when there is nothing to write back.</summary>
    public TimeSpan? DueIn()
    {
        if (_lastWrite is not { } last) return null;
        var left = Idle - time.GetElapsedTime(last);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }
}
