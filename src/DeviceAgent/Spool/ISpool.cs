namespace DeviceAgent.Spool;

/// <summary>
/// Readings that wait for upload, in order. Looking is not taking: a record stays until it is acknowledged or set aside.
/// </summary>
internal interface ISpool
{
    /// <summary>Records that are stored and neither acknowledged nor set aside.</summary>
    long Count { get; }

    /// <summary>The newest timestamp that a live reading was ever stored with; the beginning of time when there is none.</summary>
    DateTimeOffset NewestLive { get; }

    /// <summary>Completes at the next commit. Take it before <see cref="PeekAsync"/>, so that no commit goes unseen between the two.</summary>
    Task NextCommit { get; }

    /// <summary>Completes when the record is committed to the medium. Throws <see cref="SpoolException"/> when it could not be.</summary>
    Task AppendAsync(SpoolEntry entry, CancellationToken cancellationToken);

    /// <summary>Commits what waits.</summary>
    Task FlushAsync(CancellationToken cancellationToken);

    /// <summary>The oldest records, at most <paramref name="max"/>, which stay where they are.</summary>
    Task<IReadOnlyList<SpoolRecord>> PeekAsync(int max, CancellationToken cancellationToken);

    /// <summary>These were accepted by the store that they are for; they are deleted in due course.</summary>
    Task AcknowledgeAsync(IReadOnlyCollection<long> sequences, CancellationToken cancellationToken);

    /// <summary>Moves a record that can never be accepted to the dead letters, with the reason.</summary>
    Task SetAsideAsync(SpoolRecord record, string reason, CancellationToken cancellationToken);
}
