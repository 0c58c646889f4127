namespace DeviceAgent.Spool;

/// <summary>How it stands with the spool.</summary>
internal sealed record SpoolStatus
{
    /// <summary>Readings that are stored and neither acknowledged nor set aside, those in memory included.</summary>
    public long Count { get; init; }

    /// <summary>The same by class; acknowledged rows that are not yet deleted are still in these.</summary>
    public required IReadOnlyDictionary<SpoolClass, long> CountByClass { get; init; }

    /// <summary>Readings among them whose time is not known yet.</summary>
    public long UnknownTime { get; init; }

    /// <summary>What counts against the quota: payloads and a fixed overhead for each row.</summary>
    public long Bytes { get; init; }

    public long QuotaBytes { get; init; }

    /// <summary>How long the oldest live reading of this boot has waited; null when there is none at the head.</summary>
    public TimeSpan? OldestAge { get; init; }

    public long DeadLetters { get; init; }

    /// <summary>True while appended readings go to the disk.</summary>
    public bool OnDisk { get; init; } = true;

    /// <summary>Why readings are held in memory; null while they go to the disk.</summary>
    public string? MemoryReason { get; init; }

    /// <summary>Readings that are held in memory only.</summary>
    public long InMemory { get; init; }

    /// <summary>Readings that were given up since the start, by class.</summary>
    public required IReadOnlyDictionary<SpoolClass, long> Shed { get; init; }

    /// <summary>Readings and dead letters that were saved from damaged files since the start.</summary>
    public long Salvaged { get; init; }

    /// <summary>Damaged files that were set aside since the start.</summary>
    public long Quarantined { get; init; }
}
