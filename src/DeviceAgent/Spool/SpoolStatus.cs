using System.Diagnostics.Metrics;

namespace DeviceAgent.Spool;

/// <summary>A snapshot of the spool.</summary>
internal sealed record SpoolStatus
{
    /// <summary>Readings that are stored and neither acknowledged nor dead letters, those in memory included.</summary>
    public long Count { get; init; }

    /// <summary>The same by class; acknowledged rows that are not yet deleted are still in these.</summary>
    public required ClassCounts CountByClass { get; init; }

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

    /// <summary>False while the file cannot be opened: what it holds is not counted and not to be had.</summary>
    public bool IsReadable { get; init; } = true;

    /// <summary>Why readings are held in memory; null while they go to the disk.</summary>
    public string? MemoryReason { get; init; }

    /// <summary>Readings that are held in memory only.</summary>
    public long InMemory { get; init; }

    /// <summary>Readings that were dropped since the start, by class.</summary>
    public required ClassCounts Evicted { get; init; }

    /// <summary>Readings and dead letters that were saved from damaged files since the start.</summary>
    public long Salvaged { get; init; }

    /// <summary>Damaged files that were quarantined since the start.</summary>
    public long Quarantined { get; init; }
}

/// <summary>The spool's state as instruments.</summary>
internal static class SpoolGauges
{
    public static void Register(Meter meter, ISpool spool)
    {
        meter.CreateObservableGauge("spool.depth", () => spool.Status.Count, description: "Readings that wait for upload.");
        meter.CreateObservableGauge("spool.bytes", () => spool.Status.Bytes, unit: "By", description: "What counts against the spool's quota.");
        meter.CreateObservableGauge("spool.oldest_age_seconds", () => spool.Status.OldestAge?.TotalSeconds ?? 0, unit: "s", description: "How long the oldest reading has waited.");
        meter.CreateObservableGauge("spool.dead_letters", () => spool.Status.DeadLetters, description: "Readings that can never be accepted.");
    }
}
