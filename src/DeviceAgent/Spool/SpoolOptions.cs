using DeviceAgent.Settings;

namespace DeviceAgent.Spool;

/// <summary>
/// How readings are grouped into commits, and how much is kept. A reading counts as taken when its group is committed; the number of
/// commits sets the flash wear. Whichever limit is met first commits; a critical reading commits at once, with all that wait.
/// </summary>
internal sealed record SpoolOptions
{
    private const long Megabyte = 1024 * 1024;

    /// <summary>Readings in a group: 1 to 10000.</summary>
    public int GroupCommitReadings { get; init; } = 64;

    /// <summary>Payload in a group: 1 KiB to 1 MiB.</summary>
    public int GroupCommitBytes { get; init; } = 64 * 1024;

    /// <summary>The longest wait of a reading for its commit: 0 (commit each) to 30 s.</summary>
    public TimeSpan GroupCommitDelay { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Bytes that readings may take on disk (quotaMegabytes): 1 MiB to 1 TiB; null for 256 MiB or a tenth of the partition, whichever is less.</summary>
    public long? QuotaBytes { get; init; }

    /// <summary>The partition's free space that is left to others (reserveMegabytes): 0 to 1 TiB.</summary>
    public long ReserveBytes { get; init; } = 64 * Megabyte;

    /// <summary>What is dropped when the quota is reached.</summary>
    public WhenFull WhenFull { get; init; } = WhenFull.DropOldest;

    /// <summary>Readings that are held in memory while the disk cannot be used: 0 to 1000000.</summary>
    public int MemoryReadings { get; init; } = 10_000;

    /// <summary>Readings that are kept though they can never be accepted; the oldest give way: 0 to 1000000.</summary>
    public int DeadLetters { get; init; } = 10_000;

    public static SpoolOptions Read(SettingsReader settings)
    {
        var defaults = new SpoolOptions();
        var options = new SpoolOptions
        {
            GroupCommitReadings = settings.Integer("groupCommitReadings", defaults.GroupCommitReadings, 1, 10_000),
            GroupCommitBytes = settings.Integer("groupCommitBytes", defaults.GroupCommitBytes, 1024, 1024 * 1024),
            GroupCommitDelay = settings.Seconds("groupCommitSeconds", defaults.GroupCommitDelay, 0, 30),
            QuotaBytes = settings.Has("quotaMegabytes") ? settings.Integer("quotaMegabytes", 1, 1, 1024 * 1024) * Megabyte : null,
            ReserveBytes = settings.Integer("reserveMegabytes", (int)(defaults.ReserveBytes / Megabyte), 0, 1024 * 1024) * Megabyte,
            WhenFull = settings.Choice("whenFull", defaults.WhenFull),
            MemoryReadings = settings.Integer("memoryReadings", defaults.MemoryReadings, 0, 1_000_000),
            DeadLetters = settings.Integer("deadLetters", defaults.DeadLetters, 0, 1_000_000),
        };
        settings.ReportUnknown();
        return options;
    }
}

/// <summary>What is dropped when the quota is reached.</summary>
internal enum WhenFull
{
    /// <summary>The oldest readings of the lowest class.</summary>
    DropOldest,

    /// <summary>The new readings.</summary>
    RefuseNew,
}
