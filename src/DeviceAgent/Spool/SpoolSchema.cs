using Microsoft.Data.Sqlite;

namespace DeviceAgent.Spool;

/// <summary>The spool's pragmas and tables.</summary>
internal static class SpoolSchema
{
    public const int Version = 2;

    /// <summary>
    /// Set before anything else is read. WAL with FULL: each commit survives a power cut. One exclusive connection that does its own
    /// checkpoints: nobody else reads or writes the file, and the write-ahead log cannot be reset under a second connection.
    /// </summary>
    public const string Pragmas = """
        PRAGMA page_size = 4096;
        PRAGMA locking_mode = EXCLUSIVE;
        PRAGMA journal_mode = WAL;
        PRAGMA synchronous = FULL;
        PRAGMA wal_autocheckpoint = 0;
        PRAGMA journal_size_limit = 4194304;
        PRAGMA mmap_size = 0;
        PRAGMA cache_size = -512;
        PRAGMA temp_store = MEMORY;
        PRAGMA trusted_schema = OFF;
        """;

    /// <summary>
    /// ts in ms since 1970; null while the time is not known. mono in ms of the monotonic clock of the boot; null where ts was
    /// recorded with the data.
    /// </summary>
    public const string Tables = """
        CREATE TABLE readings (
          seq INTEGER PRIMARY KEY,
          class INTEGER NOT NULL,
          ts INTEGER,
          boot_id TEXT NOT NULL,
          mono INTEGER,
          crc INTEGER NOT NULL,
          payload BLOB NOT NULL);
        CREATE INDEX critical_readings ON readings (seq) WHERE class = 1;
        CREATE TABLE dead_letters (
          id INTEGER PRIMARY KEY,
          seq INTEGER NOT NULL,
          ts INTEGER NOT NULL,
          set_aside_at INTEGER NOT NULL,
          reason TEXT NOT NULL,
          payload BLOB NOT NULL,
          class INTEGER NOT NULL DEFAULT 0,
          crc INTEGER);
        CREATE TABLE marks (
          name TEXT PRIMARY KEY,
          value INTEGER NOT NULL) WITHOUT ROWID;
        PRAGMA user_version = 2;
        """;

    /// <summary>
    /// Version 1 knew no reading without a time. Its rows fit as they are; only the table's text says otherwise, so it is the text
    /// that is changed (the way that SQLite's documentation of ALTER TABLE gives for it): a full spool is not copied.
    /// </summary>
    public const string From1To2 = """
        PRAGMA writable_schema = ON;
        UPDATE sqlite_schema SET sql = replace(sql, 'ts INTEGER NOT NULL', 'ts INTEGER') WHERE type = 'table' AND name = 'readings';
        PRAGMA writable_schema = RESET;
        CREATE INDEX critical_readings ON readings (seq) WHERE class = 1;
        ALTER TABLE dead_letters ADD COLUMN class INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE dead_letters ADD COLUMN crc INTEGER;
        PRAGMA user_version = 2;
        """;
}

/// <summary>Brings a file to the schema that this agent knows.</summary>
internal static class SpoolVersion
{
    public static void Establish(SqliteConnection connection, string path)
    {
        var version = connection.Number("PRAGMA user_version") ?? 0;
        var exists = connection.Number("SELECT count(*) FROM sqlite_schema WHERE name = 'marks'") > 0;
        var marked = exists ? new SpoolMetadata(connection)[SpoolMetadata.Version] : null;
        switch (version)
        {
            case 0 when connection.Number("SELECT count(*) FROM sqlite_schema") == 0:
                connection.Transact(() => Upgrade(connection, SpoolSchema.Tables));
                break;
            case 1 when exists && marked is null:
                connection.Transact(() => Upgrade(connection, SpoolSchema.From1To2));
                break;
            case SpoolSchema.Version when marked == version:
                break;
            case > SpoolSchema.Version when marked is null || marked == version:
                throw new SpoolException($"the spool '{path}' has schema version {version}, this agent knows {SpoolSchema.Version}: it was written by a newer agent; run that one, or move the file away");
            default:
                throw new SpoolDamagedException($"the file says that it has schema version {version}, its content says otherwise");
        }
    }

    private static void Upgrade(SqliteConnection connection, string script)
    {
        connection.Execute(script);
        new SpoolMetadata(connection)[SpoolMetadata.Version] = SpoolSchema.Version;
    }
}

/// <summary>The table of single numbers.</summary>
internal sealed class SpoolMetadata(SqliteConnection connection)
{
    /// <summary>The schema's version, a second time: a file whose header says something else is damaged.</summary>
    public const string Version = "version";

    /// <summary>1 when the file was closed in good order and not written since: the counts below hold.</summary>
    public const string Clean = "clean";

    /// <summary>The newest timestamp that a live reading was ever stored with.</summary>
    public const string NewestLive = "newest_live";

    /// <summary>The last row that <see cref="NewestLive"/> covers.</summary>
    public const string NewestLiveSequence = "newest_live_seq";

    private const string DeadLetters = "dead_letters";
    private const string DeadLetterBytes = "dead_letter_bytes";

    public long? this[string name]
    {
        get => connection.Number("SELECT value FROM marks WHERE name = $name", ("$name", name));
        set => connection.Execute("INSERT INTO marks (name, value) VALUES ($name, $value) ON CONFLICT DO UPDATE SET value = $value", ("$name", name), ("$value", value));
    }

    public void Save(RowCounts readings, long deadLetters, long deadLetterBytes)
    {
        foreach (var @class in RowCounts.LowestFirst) this[$"count_{(int)@class}"] = readings.CountOf(@class);
        this["bytes"] = readings.Bytes;
        this["unknown_time"] = readings.UnknownTime;
        this[DeadLetters] = deadLetters;
        this[DeadLetterBytes] = deadLetterBytes;
    }

    public (RowCounts Readings, long DeadLetters, long DeadLetterBytes) Load()
    {
        var tally = new RowCounts();
        foreach (var @class in RowCounts.LowestFirst) tally.Add(@class, this[$"count_{(int)@class}"] ?? 0, 0, 0);
        tally.Add(SpoolClass.Normal, 0, this["bytes"] ?? 0, this["unknown_time"] ?? 0);
        return (tally, this[DeadLetters] ?? 0, this[DeadLetterBytes] ?? 0);
    }
}
