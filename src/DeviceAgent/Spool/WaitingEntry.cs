namespace DeviceAgent.Spool;

/// <summary>An entry that waits for its commit.</summary>
/// <param name="entry">What was put in.</param>
/// <param name="mono">When, in ms of the monotonic clock.</param>
/// <param name="stored">Told how it went.</param>
internal sealed class WaitingEntry(SpoolEntry entry, long mono, TaskCompletionSource<AppendResult> stored)
{
    /// <summary>Where the reading is; null until it was stored.</summary>
    public AppendResult? Result { get; set; }

    /// <summary>Why there was no room for it.</summary>
    public SpoolException? Refusal { get; set; }

    public SpoolRow ToRow(long sequence, string bootId) =>
        new(sequence, entry.Class, entry.Timestamp?.ToUnixTimeMilliseconds(), bootId, entry.IsLive ? mono : null, entry.Payload.ToArray());

    /// <summary>Tells who waits.</summary>
    public void Tell()
    {
        if (Result is { } result) stored.TrySetResult(result);
        else stored.TrySetException(Refusal ?? new SpoolException("the reading was not stored"));
    }
}
