namespace DeviceAgent.Spool;

/// <summary>
/// Readings that wait for upload, in order. Looking is not taking: a record stays until it is acknowledged, becomes a dead letter, or
/// is dropped because the quota is reached. Acknowledging or moving a record that is no longer there does nothing.
/// </summary>
internal interface ISpool
{
    /// <summary>Records that are stored and neither acknowledged nor dead letters.</summary>
    long Count { get; }

    /// <summary>The newest timestamp that a live reading was ever stored with; the beginning of time when there is none.</summary>
    DateTimeOffset NewestLive { get; }

    /// <summary>Completes at the next commit. Take it before <see cref="PeekAsync"/>, so that no commit goes unseen between the two.</summary>
    Task NextCommit { get; }

    SpoolStatus Status { get; }

    /// <summary>
    /// Completes when the reading is on the medium, or in memory while the disk cannot be used. Throws <see cref="SpoolException"/>
    /// when it was not taken at all: no room and new readings are the ones to refuse, or closed.
    /// </summary>
    Task<AppendResult> AppendAsync(SpoolEntry entry, CancellationToken cancellationToken);

    /// <summary>Commits what waits.</summary>
    Task FlushAsync(CancellationToken cancellationToken);

    /// <summary>Records whose time is known, from one end; they stay where they are.</summary>
    Task<IReadOnlyList<SpoolRecord>> PeekAsync(SpoolQuery query, CancellationToken cancellationToken);

    /// <summary>These were accepted by the store that they are for; they are deleted in due course.</summary>
    Task AcknowledgeAsync(IReadOnlyCollection<long> sequences, CancellationToken cancellationToken);

    /// <summary>Moves a record that can never be accepted to the dead letters, with the reason.</summary>
    Task MoveToDeadLettersAsync(SpoolRecord record, string reason, CancellationToken cancellationToken);

    /// <summary>Dead letters behind <paramref name="afterId"/> (0 for the first page), at most <paramref name="max"/>.</summary>
    Task<IReadOnlyList<DeadLetter>> DeadLettersAsync(long afterId, int max, CancellationToken cancellationToken);

    /// <summary>Puts dead letters back at the end of the spool, all of them when <paramref name="ids"/> is null; returns how many.</summary>
    Task<int> RequeueAsync(IReadOnlyCollection<long>? ids, CancellationToken cancellationToken);

    /// <summary>
    /// Gives the readings whose time is not known their timestamps, in the order in which they were taken; returns how many.
    /// <paramref name="plan"/> sees first which boots they are of, and what it returns is then asked for each reading. Both run in
    /// the spool's own loop and must not call the spool.
    /// </summary>
    Task<int> ResolveTimesAsync(Func<IReadOnlyList<UnresolvedBoot>, Func<UnresolvedReading, ResolvedReading>> plan, CancellationToken cancellationToken);
}

/// <summary>The spool cannot do its work; the message says why and what to do.</summary>
internal sealed class SpoolException : Exception
{
    public SpoolException()
    {
    }

    public SpoolException(string message) : base(message)
    {
    }

    public SpoolException(string message, Exception innerException) : base(message, innerException)
    {
    }
}

/// <summary>Says that no more readings will come: what is in the spool is to be sent without waiting for fuller batches.</summary>
internal sealed class DrainSignal
{
    private readonly TaskCompletionSource _requested = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Requested => _requested.Task;

    public void Request() => _requested.TrySetResult();
}
