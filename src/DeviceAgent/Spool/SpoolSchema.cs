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
        ALTER TABLE dead_letters ADD COLUMN class INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE dead_letters ADD COLUMN crc INTEGER;
        PRAGMA user_version = 2;
        """;
}
