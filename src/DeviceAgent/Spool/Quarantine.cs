using DeviceAgent.Credentials.Text;
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
    private string SalvagePath => Path.ChangeExtension(storage.Path, ".salvage.db");

    /// <summary>Damaged files since the start.</summary>
    public long Files { get; private set; }

    /// <summary>Readings and dead letters that were saved from them.</summary>
    public long Salvaged { get; private set; }

    /// <summary>Puts the new file in its place when a crash came before it was there.</summary>
    public void FinishInterrupted()
    {
        if (!File.Exists(SalvagePath)) return;
        if (!storage.MayBeReplaced) throw Refuse("the agent was stopped while it made a new one");
        var isTaken = File.Exists(storage.Path);
        if (InputFile.KindOf(SalvagePath) is not null || (isTaken && !IsToBeKept()))
        {
            Remove(SalvagePath);
            return;
        }

        var (readings, deadLetters) = TakeInLog();
        var aside = FreeName();
        if (isTaken) File.Move(storage.Path, aside);
        MoveIn(aside);
        if (isTaken) logger.SpoolQuarantined(storage.Path, "the agent was stopped while it made a new one in its place", aside, readings, deadLetters);
    }

    /// <summary>Copies a log aside that has lost commits, before SQLite takes what is left of it. True when it has.</summary>
    public bool KeepDamagedLog()
    {
        var log = SpoolConnection.LogOf(storage.Path);
        if (InputFile.KindOf(log) is not null || !LogInspection.HasLostCommits(log)) return false;
        if (!storage.MayBeReplaced) throw Refuse("its log has lost commits");
        var aside = SpoolConnection.LogOf(FreeName());
        File.Copy(log, aside);
        Files++;
        logger.SpoolLogDamaged(log, aside);
        return true;
    }

    /// <exception cref="Microsoft.Data.Sqlite.SqliteException">The new file cannot be written; the damaged one is where it was.</exception>
    /// <exception cref="IOException">The files cannot be moved.</exception>
    public void Replace(string problem)
    {
        if (!storage.MayBeReplaced) throw Refuse(problem);
        Remove(SalvagePath);
        var (readings, deadLetters) = Salvage();
        var quarantined = FreeName();
        if (File.Exists(storage.Path)) File.Move(storage.Path, quarantined);
        MoveIn(quarantined);
        Files++;
        Salvaged += readings + deadLetters;
        logger.SpoolQuarantined(storage.Path, problem, quarantined, readings, deadLetters);
    }

    /// <summary>
    /// Makes a new file in the place of one that was removed, moved or replaced, with all that is sound in that. Another file that lies there now is moved
    /// away; its readings are taken in before those of the old one.
    /// </summary>
    /// <param name="gone">The old one, still open; it is not changed. Null when it is closed.</param>
    /// <param name="next">The first number that was never given: what another file holds gets numbers from here on, for its own mean other readings here.</param>
    /// <returns>As <see cref="SpoolFile.AdoptAll"/> gives it.</returns>
    /// <exception cref="Microsoft.Data.Sqlite.SqliteException">The new file cannot be written; nothing has changed.</exception>
    /// <exception cref="IOException">The files cannot be moved.</exception>
    public (IReadOnlyList<long> Sequences, long Offset, long DeadLetters) Renew(SpoolFile? gone, long next)
    {
        if (!storage.MayBeReplaced) throw Refuse("it was removed or replaced");
        Remove(SalvagePath);

        // A log of the old file that is still in its place is not the other one's: it is emptied first.
        gone?.EmptyLog();
        var isReplaced = File.Exists(storage.Path);
        var (foreign, adopted) = ((Readings: 0L, DeadLetters: 0L, Left: 0L), ((IReadOnlyList<long>)[], 0L, 0L));
        using (var target = new SpoolFile(storage with { Path = SalvagePath }, options))
        {
            target.MarkRenewal();
            if (isReplaced) foreign = AdoptForeign(target, next, storage.Quota(options.Value) - (gone?.Counts.Bytes ?? 0));
            if (gone is not null) adopted = target.AdoptAll(gone, pulse.Works);
            target.MarkClean();
            target.Checkpoint();
        }

        var aside = FreeName();
        if (isReplaced) File.Move(storage.Path, aside);
        MoveIn(aside);
        if (isReplaced) logger.ForeignSpoolSetAside(storage.Path, aside, foreign.Readings, foreign.DeadLetters, foreign.Left);
        return adopted;
    }

    /// <summary>As many readings as there is room for; the others stay where they are.</summary>
    private (long Readings, long DeadLetters, long Left) AdoptForeign(SpoolFile target, long next, long room)
    {
        using var source = DamagedFile.TryOpen(storage.Path);
        if (source is null) return (0, 0, 0);
        var (readings, left) = (0L, 0L);
        foreach (var rows in source.Readings().InParts())
        {
            pulse.Works();
            var fitting = rows.TakeWhile(r => (room -= r.Size.Bytes) >= 0).Select((r, i) => r with { Sequence = next + i }).ToList();
            target.Adopt(fitting);
            next += fitting.Count;
            readings += fitting.Count;
            left += rows.Count - fitting.Count;
        }

        target.AdoptNewest(source.Metadata(SpoolMetadata.NewestLive), next - 1);
        return (readings, target.Adopt(source.DeadLetters(), pulse.Works), left);
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
                foreach (var rows in source.Readings().InParts())
                {
                    pulse.Works();
                    target.Adopt(rows);
                    readings += rows.Count;
                }

                deadLetters = target.Adopt(source.DeadLetters(), pulse.Works);
            }
        }

        target.MarkClean();
        target.Checkpoint();
        return (readings, deadLetters);
    }

    /// <summary>Complete, or a part of what may be nowhere else; other parts are still in the old file.</summary>
    private bool IsToBeKept()
    {
        using var salvaged = DamagedFile.TryOpen(SalvagePath);
        return salvaged is not null && (salvaged.Metadata(SpoolMetadata.Clean) == 1 || salvaged.Metadata(SpoolMetadata.Renewal) == 1);
    }

    /// <summary>What a crash has left in the new file's log goes into the file, which is moved without it. Returns how many readings and dead letters are in it.</summary>
    private (long Readings, long DeadLetters) TakeInLog()
    {
        try
        {
            using var salvaged = new SpoolFile(storage with { Path = SalvagePath }, options);
            salvaged.Checkpoint();
            return (salvaged.Counts.Count, salvaged.DeadLetters.Count);
        }
        catch (Exception e) when (e is SqliteException or SpoolDamagedException or SpoolException or IOException or UnauthorizedAccessException)
        {
            // It is judged where it will be opened.
            return (0, 0);
        }
    }

    /// <summary>The old file's log must be gone before the new file is there: it would be taken for the new one's.</summary>
    private void MoveIn(string quarantined)
    {
        foreach (var companion in SpoolConnection.Companions)
        {
            var file = new FileInfo(storage.Path + companion);
            if (file is { Exists: true, Length: 0 }) file.Delete();
            else if (file.Exists) file.MoveTo(quarantined + companion);
        }

        File.Move(SalvagePath, storage.Path);
    }

    private SpoolException Refuse(string problem) =>
        new($"the spool '{storage.Path}' is damaged ({problem}): nothing was changed; start the agent, which moves it aside and saves what is sound in it");

    private string FreeName()
    {
        var stem = Path.ChangeExtension(storage.Path, null) + $".corrupt-{time.GetUtcNow():yyyyMMdd'T'HHmmss'Z'}";
        for (var i = 1; ; i++)
        {
            var name = i == 1 ? $"{stem}.db" : $"{stem}-{i}.db";
            if (!File.Exists(name) && !SpoolConnection.Companions.Any(c => File.Exists(name + c))) return name;
        }
    }

    /// <summary>A spool's file, with what belongs to it.</summary>
    public static void Remove(string path)
    {
        foreach (var name in SpoolConnection.Companions.Select(c => path + c).Append(path).Where(File.Exists)) File.Delete(name);
    }
}

/// <summary>
/// Reads what can still be read of a damaged file, without changing it. Where a page cannot be read, the rows on both sides of it are.
/// </summary>
internal sealed class DamagedFile : IDisposable
{
    private readonly SqliteConnection _connection;

    private DamagedFile(SqliteConnection connection) => _connection = connection;

    /// <summary>With the rows of its log, if that can be read; else without.</summary>
    public static DamagedFile? TryOpen(string path)
    {
        // SQLite waits for a pipe, and removes the log of a file that is empty or not there.
        if (InputFile.KindOf(path) is not null || new FileInfo(path) is not { Exists: true, Length: > 0 }) return null;
        return TryOpen(path, "") ?? TryOpen(path, "?immutable=1");
    }

    /// <summary>By number, each once.</summary>
    public IEnumerable<SpoolRow> Readings()
    {
        var last = long.MinValue;
        var blocks = Walk("blocks", "seq", "readings", reader => BlockCodec.TryDecode(reader.GetInt64(1), reader.GetValue(0) as byte[])).SelectMany(b => b?.Rows ?? []);
        foreach (var row in blocks.Concat(OldRows()))
        {
            if (row.Sequence <= last) continue;
            last = row.Sequence;
            yield return row;
        }
    }

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

    private IEnumerable<SpoolRow> OldRows() => Try<bool?>(() => RowMigration.HasRows(_connection)) == true
        ? Walk("readings", "seq", StoredRow.Columns, StoredRow.Read).Where(r => r.IsSound).Select(r => r.Row)
        : [];

    private static DamagedFile? TryOpen(string path, string query)
    {
        var source = $"file:{Uri.EscapeDataString(path).Replace("%2F", "/", StringComparison.Ordinal)}{query}";
        var settings = new SqliteConnectionStringBuilder { DataSource = source, Pooling = false, Mode = query.Length == 0 ? SqliteOpenMode.ReadWrite : SqliteOpenMode.ReadOnly };
        var connection = new SqliteConnection(settings.ToString());
        try
        {
            connection.Open();
            connection.LeaveLog();
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
            var (last, whole) = ((long?)null, false);
            foreach (var (number, row) in ReadFrom(table, key, columns, from, read, () => whole = true))
            {
                last = number;
                yield return row;
            }

            // The highest number ends it too: adding 1 to it would start again.
            if (whole || last == long.MaxValue) yield break;
            var next = last + 1 ?? from;

            // A row of which the content alone cannot be read is stepped over.
            if (KeyFrom(table, key, next) is { } unreadable && unreadable >= next && unreadable < long.MaxValue) from = unreadable + 1;
            else if (Behind(table, key, next > 0 ? next - 1 : 0, limit) is { } behind) from = behind;
            else yield break;
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

    private bool CanRead(string table, string key, long from) => KeyFrom(table, key, from) >= from;

    private long? KeyFrom(string table, string key, long from) =>
        Try(() => _connection.Number($"SELECT {key} FROM {table} WHERE {key} >= $from ORDER BY {key} LIMIT 1", ("$from", from)));

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
