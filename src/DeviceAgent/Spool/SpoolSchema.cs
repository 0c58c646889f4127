using Microsoft.Data.Sqlite;

namespace DeviceAgent.Spool;

/// <summary>The spool's pragmas and tables.</summary>
internal static class SpoolSchema
{
    public const int Version = 3;

    /// <summary>In bytes: SQLite makes a longer log no shorter than this when it starts it anew.</summary>
    public const ulong LogLimit = 1048576;

    /// <summary>
    /// Of a new file; one that an older agent made keeps its own. A commit of a few readings writes one page to the log: a larger one wears the flash more, in a
    /// smaller one readings compress worse.
    /// </summary>
    public const int PageBytes = 2048;

    /// <summary>
    /// Set before anything else is read. WAL with FULL: each commit survives a power cut. One exclusive connection that does its own
    /// checkpoints: nobody else reads or writes the file, and the write-ahead log cannot be reset under a second connection.
    /// </summary>
    public static readonly string Pragmas = $"""
        PRAGMA page_size = {PageBytes};
        PRAGMA locking_mode = EXCLUSIVE;
        PRAGMA journal_mode = WAL;
        PRAGMA synchronous = FULL;
        PRAGMA wal_autocheckpoint = 0;
        PRAGMA journal_size_limit = 1048576;
        PRAGMA mmap_size = 0;
        PRAGMA cache_size = -512;
        PRAGMA temp_store = MEMORY;
        PRAGMA trusted_schema = OFF;
        """;

    /// <summary>
    /// Readings lie in blocks (<see cref="BlockCodec"/>); seq is the block's key, critical and untimed say whether one of its readings is critical or has no time
    /// yet. Times in ms since 1970.
    /// </summary>
    public const string Tables = $"""
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
        {From2To3}
        """;

    public const string From1To2 = """
        ALTER TABLE dead_letters ADD COLUMN class INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE dead_letters ADD COLUMN crc INTEGER;
        """;

    /// <summary>The table with a row for each reading stays until <see cref="RowMigration"/> has moved them.</summary>
    public const string From2To3 = """
        CREATE TABLE blocks (
          seq INTEGER PRIMARY KEY,
          critical INTEGER NOT NULL,
          untimed INTEGER NOT NULL,
          readings BLOB NOT NULL);
        CREATE INDEX critical_blocks ON blocks (seq) WHERE critical = 1;
        CREATE INDEX untimed_blocks ON blocks (seq) WHERE untimed = 1;
        DROP INDEX IF EXISTS critical_readings;
        PRAGMA user_version = 3;
        """;
}

/// <summary>Brings a file to the schema that this agent knows.</summary>
internal static class SpoolVersion
{
    public static void Establish(SqliteConnection connection, string path, Action progress)
    {
        var (version, marked) = Read(connection);
        RefuseNewer(path, version, marked);
        switch (version)
        {
            case 0 when connection.Number("SELECT count(*) FROM sqlite_schema") == 0:
                connection.Transact(() => Upgrade(connection, SpoolSchema.Tables));
                break;
            case 1 when marked is null && HasMarks(connection):
                connection.Transact(() => Upgrade(connection, SpoolSchema.From1To2 + SpoolSchema.From2To3));
                break;
            case 2 when marked == version:
                connection.Transact(() => Upgrade(connection, SpoolSchema.From2To3));
                break;
            case SpoolSchema.Version when marked == version:
                break;
            default:
                throw new SpoolDamagedException($"the file says that it has schema version {version}, its content says otherwise");
        }

        RowMigration.Run(connection, progress);
    }

    /// <summary>What the file's header says, and what its content says; null where that says nothing.</summary>
    public static (long Header, long? Marked) Read(SqliteConnection connection) =>
        (connection.Number("PRAGMA user_version") ?? 0, HasMarks(connection) ? new SpoolMetadata(connection)[SpoolMetadata.Version] : null);

    /// <exception cref="SpoolException">A newer agent wrote the file.</exception>
    public static void RefuseNewer(string path, long version, long? marked)
    {
        if (version <= SpoolSchema.Version || (marked is not null && marked != version)) return;
        throw new SpoolException($"the spool '{path}' has schema version {version}, this agent knows {SpoolSchema.Version}: it was written by a newer agent; run that one, or move the file away");
    }

    private static bool HasMarks(SqliteConnection connection) => connection.Number("SELECT count(*) FROM sqlite_schema WHERE name = 'marks'") > 0;

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

    /// <summary>1 in a file that takes the place of one that was removed or replaced.</summary>
    public const string Renewal = "renewal";

    private const string DeadLetters = "dead_letters";
    private const string DeadLetterBytes = "dead_letter_bytes";

    public long? this[string name]
    {
        get => connection.Number("SELECT value FROM marks WHERE name = $name", ("$name", name));
        set => connection.Execute("INSERT INTO marks (name, value) VALUES ($name, $value) ON CONFLICT DO UPDATE SET value = $value", ("$name", name), ("$value", value));
    }

    public void Save(RowCounts readings, long deadLetters, long deadLetterBytes)
    {
        foreach (var @class in ClassCounts.LowestFirst) this[$"count_{(int)@class}"] = readings.ByClass[@class];
        this["bytes"] = readings.Bytes;
        this["unknown_time"] = readings.UnknownTime;
        this[DeadLetters] = deadLetters;
        this[DeadLetterBytes] = deadLetterBytes;
    }

    public (RowCounts Readings, long DeadLetters, long DeadLetterBytes) Load()
    {
        var tally = new RowCounts();
        foreach (var @class in ClassCounts.LowestFirst) tally.Add(@class, this[$"count_{(int)@class}"] ?? 0, 0, 0);
        tally.Add(SpoolClass.Normal, 0, this["bytes"] ?? 0, this["unknown_time"] ?? 0);
        return (tally, this[DeadLetters] ?? 0, this[DeadLetterBytes] ?? 0);
    }
}
