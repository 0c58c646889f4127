using DeviceAgent.Settings;
using DeviceAgent.Timing;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Spool;

/// <summary>
/// Moves a damaged file away, never deletes it, and makes a new one of its sound rows. The new file is complete before the old one is
/// moved, so a crash on the way loses nothing: the next start does it again.
/// </summary>
internal sealed class Quarantine(SpoolStorage storage, LiveOptions<SpoolOptions> options, TimeProvider time, LoopPulse pulse, ILogger logger)
{
    private const int RowsAtOnce = 500;

    private static readonly string[] Companions = ["-wal", "-shm", "-journal"];

    private string SalvagePath => Path.ChangeExtension(storage.Path, ".salvage.db");

    /// <summary>Damaged files since the start.</summary>
    public long Files { get; private set; }

    /// <summary>Readings and dead letters that were saved from them.</summary>
    public long Salvaged { get; private set; }

    /// <summary>Puts the new file in its place when a crash came between the two moves.</summary>
    public void FinishInterrupted()
    {
        if (!File.Exists(SalvagePath)) return;
        if (File.Exists(storage.Path)) Remove(SalvagePath);
        else MoveIn(FreeName());
    }

    /// <exception cref="Microsoft.Data.Sqlite.SqliteException">The new file cannot be written; the damaged one is where it was.</exception>
    /// <exception cref="IOException">The files cannot be moved.</exception>
    public void Replace(string problem)
    {
        Remove(SalvagePath);
        var (readings, deadLetters) = Salvage();
        var quarantined = FreeName();
        File.Move(storage.Path, quarantined);
        MoveIn(quarantined);
        Files++;
        Salvaged += readings + deadLetters;
        logger.SpoolQuarantined(storage.Path, problem, quarantined, readings, deadLetters);
    }

    private (long Readings, long DeadLetters) Salvage()
    {
        var (readings, deadLetters) = (0L, 0L);
        using var target = new SpoolFile(storage with { Path = SalvagePath }, options);
        using (var source = DamagedFile.TryOpen(storage.Path))
        {
            if (source is not null)
            {
                target.AdoptNewest(source.Metadata(SpoolMetadata.NewestLive), source.Metadata(SpoolMetadata.NewestLiveSequence));
                foreach (var rows in source.Readings().Chunk(RowsAtOnce))
                {
                    pulse.Works();
                    target.Adopt(rows);
                    readings += rows.Length;
                }

                foreach (var letters in source.DeadLetters().Chunk(RowsAtOnce))
                {
                    pulse.Works();
                    target.Adopt(letters);
                    deadLetters += letters.Length;
                }
            }
        }

        target.MarkClean();
        target.Checkpoint();
        return (readings, deadLetters);
    }

    /// <summary>The old file's log must be gone before the new file is there: it would be taken for the new one's.</summary>
    private void MoveIn(string quarantined)
    {
        foreach (var companion in Companions.Where(c => File.Exists(storage.Path + c))) File.Move(storage.Path + companion, quarantined + companion);
        File.Move(SalvagePath, storage.Path);
    }

    private string FreeName()
    {
        var stem = Path.ChangeExtension(storage.Path, null) + $".corrupt-{time.GetUtcNow():yyyyMMdd'T'HHmmss'Z'}";
        for (var i = 1; ; i++)
        {
            var name = i == 1 ? $"{stem}.db" : $"{stem}-{i}.db";
            if (!File.Exists(name) && !Companions.Any(c => File.Exists(name + c))) return name;
        }
    }

    private static void Remove(string path)
    {
        foreach (var name in Companions.Select(c => path + c).Append(path)) File.Delete(name);
    }
}

/// <summary>
/// Reads what can still be read of a damaged file, without changing it. Where a page cannot be read, the rows on both sides of it are.
/// </summary>
internal sealed class DamagedFile : IDisposable
{
    private const int NoCheckpointOnClose = 1006;

    private readonly SqliteConnection _connection;

    private DamagedFile(SqliteConnection connection) => _connection = connection;

    /// <summary>With the rows of its log, if that can be read; else without.</summary>
    public static DamagedFile? TryOpen(string path) => TryOpen(path, "") ?? TryOpen(path, "?immutable=1");

    public IEnumerable<SpoolRow> Readings() =>
        Walk("readings", "seq", StoredRow.Columns, StoredRow.Read).Where(r => r.IsSound).Select(r => r.Row);

    public IEnumerable<NewDeadLetter> DeadLetters()
    {
        // Those that version 1 wrote have no checksum.
        var columns = Try(() => _connection.Number("SELECT count(*) FROM pragma_table_info('dead_letters') WHERE name = 'crc'")) == 1
            ? DeadLetterTable.Columns
            : DeadLetterTable.Columns.Replace("class, crc", "0, NULL", StringComparison.Ordinal);
        return Walk("dead_letters", "id", columns, reader => (Letter: DeadLetterTable.ToLetter(reader), Checksum: reader.GetValue(7) as long?))
            .Where(l => l.Checksum is null || (uint)l.Checksum == l.Letter.Row.Checksum)
            .Select(l => l.Letter);
    }

    public long? Metadata(string name) => Try(() => new SpoolMetadata(_connection)[name]);

    public void Dispose() => _connection.Dispose();

    private static DamagedFile? TryOpen(string path, string query)
    {
        var source = $"file:{Uri.EscapeDataString(path).Replace("%2F", "/", StringComparison.Ordinal)}{query}";
        var settings = new SqliteConnectionStringBuilder { DataSource = source, Pooling = false, Mode = query.Length == 0 ? SqliteOpenMode.ReadWrite : SqliteOpenMode.ReadOnly };
        var connection = new SqliteConnection(settings.ToString());
        try
        {
            connection.Open();
            _ = SQLitePCL.raw.sqlite3_db_config(connection.Handle!, NoCheckpointOnClose, 1, out _);
            connection.Execute("PRAGMA locking_mode = EXCLUSIVE; PRAGMA query_only = ON; PRAGMA cache_size = -512; PRAGMA trusted_schema = OFF");
            _ = connection.Number("SELECT count(*) FROM sqlite_schema");
            return new DamagedFile(connection);
        }
        catch (SqliteException)
        {
            connection.Dispose();
            return null;
        }
    }

    private IEnumerable<T> Walk<T>(string table, string key, string columns, Func<SqliteDataReader, T> read)
    {
        var from = long.MinValue;
        var limit = Try(() => _connection.Number($"SELECT max({key}) FROM {table}")) ?? long.MaxValue;
        while (true)
        {
            var (last, whole) = (from, false);
            foreach (var (number, row) in ReadFrom(table, key, columns, from, read, () => whole = true))
            {
                last = number;
                yield return row;
            }

            // The highest number ends it too: adding 1 to it would start again.
            if (whole || last == long.MaxValue || Behind(table, key, last == from && from == long.MinValue ? 0 : last, limit) is not { } next) yield break;
            from = next;
        }
    }

    /// <summary>Rows from a number on, up to what cannot be read; tells when there was no such thing.</summary>
    private IEnumerable<(long Number, T Row)> ReadFrom<T>(string table, string key, string columns, long from, Func<SqliteDataReader, T> read, Action whole)
    {
        using var command = _connection.Prepare($"SELECT {columns}, {key} FROM {table} WHERE {key} >= $from ORDER BY {key}", ("$from", from));
        using var reader = Try(command.ExecuteReader);
        long? previous = null;
        while (reader is not null)
        {
            if (Try<bool?>(() => reader.Read()) is not { } more) yield break;
            if (!more)
            {
                whole();
                yield break;
            }

            var number = reader.GetInt64(reader.FieldCount - 1);

            // A damaged tree may lead back to where it came from.
            if (number < from || number <= previous) yield break;
            previous = number;
            yield return (number, read(reader));
        }
    }

    /// <summary>The first number behind a gap from which can be read again; the steps grow with the gap.</summary>
    private long? Behind(string table, string key, long last, long limit)
    {
        var (unreadable, gap) = (last, 1L);
        while (unreadable <= limit - gap && gap < uint.MaxValue)
        {
            var probe = unreadable + gap;
            if (CanRead(table, key, probe))
            {
                while (probe - unreadable > 1)
                {
                    var middle = unreadable + ((probe - unreadable) / 2);
                    if (CanRead(table, key, middle)) probe = middle;
                    else unreadable = middle;
                }

                return probe;
            }

            unreadable = probe;
            gap = Math.Max(1, (unreadable - last) / 8);
        }

        return null;
    }

    private bool CanRead(string table, string key, long from) =>
        Try<bool?>(() => _connection.Number($"SELECT {key} FROM {table} WHERE {key} >= $from ORDER BY {key} LIMIT 1", ("$from", from)) >= from) == true;

    private static T? Try<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (SqliteException)
        {
            return default;
        }
    }
}
