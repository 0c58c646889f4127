namespace DeviceAgent.Spool;

/// <summary>When the write-ahead log goes back into the file: when it is as long as it is to be, or when nothing was written for 10 minutes.</summary>
internal sealed class CheckpointRule(TimeProvider time)
{
    /// <summary>The log's length. Longer: pages that were written again and again are written back less often. Shorter: less flash and a faster start.</summary>
    public const int FullBytes = 256 * 1024;

    /// <summary>A commit is a few pages.</summary>
    private const int CommitBytes = 24 * 1024;

    private static readonly TimeSpan Idle = TimeSpan.FromMinutes(10);

    private long? _lastWrite;

    public void NoteWrite() => _lastWrite = time.GetTimestamp();

    public void NoteCheckpoint() => _lastWrite = null;

    public static bool IsDueAfterWrite(long logBytes) => logBytes > FullBytes - CommitBytes;

    /// <summary>How long until the idle checkpoint; null when there is nothing to write back.</summary>
    public TimeSpan? DueIn()
    {
        if (_lastWrite is not { } last) return null;
        var left = Idle - time.GetElapsedTime(last);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }
}
