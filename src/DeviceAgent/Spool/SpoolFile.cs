using Microsoft.Data.Sqlite;

namespace DeviceAgent.Spool;

/// <summary>
/// The spool's SQLite file, through one connection; not safe for use by two threads at once. Each method that writes is one
/// transaction, on the medium when it returns.
/// </summary>
internal sealed class SpoolFile : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly BootClock _clock;
    private readonly string _path;
    private readonly SqliteCommand _insert;
    private readonly SqliteCommand _delete;
    private readonly NewestLiveMark _mark;
    private long _next;

    public SpoolFile(string path, BootClock clock)
    {
        _path = path;
        _clock = clock;
        _connection = SpoolConnection.Open(path);
        try
        {
            using (var transaction = _connection.BeginTransaction())
            {
                Migrate();
                transaction.Commit();
            }

            _mark = new NewestLiveMark(_connection);
            _next = Math.Max(Scalar("SELECT max(seq) FROM readings") ?? 0, _mark.UpTo) + 1;
            Count = Scalar("SELECT count(*) FROM readings") ?? 0;
            _insert = Prepare("INSERT INTO readings (seq, class, ts, boot_id, mono, crc, payload) VALUES ($seq, $class, $ts, $boot_id, $mono, $crc, $payload)");
            _delete = Prepare("DELETE FROM readings WHERE seq = $seq");
        }
        catch (SqliteException e)
        {
            _connection.Dispose();
            throw SpoolConnection.Explain(path, e);
        }
        catch (SpoolException)
        {
            _connection.Dispose();
            throw;
        }
    }

    /// <summary>Rows in the table, acknowledged ones that are not yet deleted included.</summary>
    public long Count { get; private set; }

    public DateTimeOffset NewestLive =>
        _mark.Newest == long.MinValue ? DateTimeOffset.MinValue : DateTimeOffset.FromUnixTimeMilliseconds(_mark.Newest);

    public string SqliteVersion => _connection.ServerVersion;

    public long WalBytes => new FileInfo(_path + "-wal") is { Exists: true } wal ? wal.Length : 0;

    public void Insert(IReadOnlyList<WaitingEntry> entries)
    {
        var (next, newestLive) = (_next, _mark.Newest);
        using var transaction = _connection.BeginTransaction();
        _insert.Transaction = transaction;
        foreach (var (entry, mono) in entries)
        {
            var timestamp = entry.Timestamp?.ToUnixTimeMilliseconds();
            if (entry.IsLive && timestamp is { } known) newestLive = Math.Max(newestLive, known);
            var payload = entry.Payload.ToArray();
            Bind(_insert, "$seq", next);
            Bind(_insert, "$class", (int)entry.Class);
            Bind(_insert, "$ts", timestamp is null ? DBNull.Value : timestamp);
            Bind(_insert, "$boot_id", _clock.BootId);
            Bind(_insert, "$mono", entry.IsLive ? mono : DBNull.Value);
            Bind(_insert, "$crc", RowChecksum.Of(next, entry.Class, timestamp, payload));
            Bind(_insert, "$payload", payload);
            _insert.ExecuteNonQuery();
            next++;
        }

        var mark = _mark.IsDue(next - 1);
        if (mark) _mark.Save(newestLive, next - 1, transaction);
        transaction.Commit();
        if (mark) _mark.Covers(next - 1);
        (_next, _mark.Newest) = (next, newestLive);
        Count += entries.Count;
    }

    /// <summary>Rows after <paramref name="after"/> whose time is known, in order, read one at a time.</summary>
    public IEnumerable<SpoolRecord> ReadAfter(long after, SpoolOrder order)
    {
        var direction = order == SpoolOrder.OldestFirst ? "" : " DESC";
        using var command = Prepare($"SELECT seq, class, ts, boot_id, mono, crc, payload FROM readings WHERE seq > $seq AND ts IS NOT NULL ORDER BY seq{direction}");
        Bind(command, "$seq", after);
        using var reader = command.ExecuteReader();
        while (reader.Read()) yield return ToRecord(reader);
    }

    /// <summary>Deletes rows, and remembers the newest live timestamp that goes with them.</summary>
    public void Delete(IReadOnlyCollection<long> sequences)
    {
        using var transaction = _connection.BeginTransaction();
        var deleted = DeleteRows(sequences, transaction);
        _mark.Save(_mark.Newest, _next - 1, transaction);
        transaction.Commit();
        _mark.Covers(_next - 1);
        Count -= deleted;
    }

    /// <summary>Moves a row to the dead letters.</summary>
    public void SetAside(SpoolRecord record, string reason)
    {
        using var transaction = _connection.BeginTransaction();
        using var insert = Prepare("INSERT INTO dead_letters (seq, ts, set_aside_at, reason, payload, class) VALUES ($seq, $ts, $at, $reason, $payload, $class)");
        insert.Transaction = transaction;
        Bind(insert, "$seq", record.Sequence);
        Bind(insert, "$ts", record.Timestamp.ToUnixTimeMilliseconds());
        Bind(insert, "$at", _clock.Time.GetUtcNow().ToUnixTimeMilliseconds());
        Bind(insert, "$reason", reason);
        Bind(insert, "$payload", record.Payload.ToArray());
        Bind(insert, "$class", (int)record.Class);
        insert.ExecuteNonQuery();
        var deleted = DeleteRows([record.Sequence], transaction);
        _mark.Save(_mark.Newest, _next - 1, transaction);
        transaction.Commit();
        _mark.Covers(_next - 1);
        Count -= deleted;
    }

    public List<DeadLetter> DeadLetters(long afterId, int max)
    {
        using var command = Prepare("SELECT id, seq, ts, set_aside_at, reason, payload FROM dead_letters WHERE id > $id ORDER BY id LIMIT $max");
        Bind(command, "$id", afterId);
        Bind(command, "$max", max);
        using var reader = command.ExecuteReader();
        var letters = new List<DeadLetter>();
        while (reader.Read())
        {
            letters.Add(new DeadLetter(
                reader.GetInt64(0), reader.GetInt64(1), DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(2)), DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(3)), reader.GetString(4), reader.GetFieldValue<byte[]>(5)));
        }

        return letters;
    }

    public long DeadLetterCount => Scalar("SELECT count(*) FROM dead_letters") ?? 0;

    public int Requeue(IReadOnlyCollection<long>? ids)
    {
        var letters = DeadLetters(0, int.MaxValue).Where(l => ids is null || ids.Contains(l.Id)).ToList();
        Insert([.. letters.Select(l => new WaitingEntry(new SpoolEntry(SpoolClass.Normal, l.Timestamp, IsLive: false, l.Payload), 0))]);
        foreach (var letter in letters) Scalar($"DELETE FROM dead_letters WHERE id = {letter.Id}");
        return letters.Count;
    }

    public int Resolve(Func<IReadOnlyList<UnresolvedBoot>, Func<UnresolvedReading, ResolvedReading>> plan)
    {
        var rows = new List<(UnresolvedReading Reading, SpoolClass Class, long Checksum)>();
        using (var command = Prepare("SELECT seq, boot_id, mono, class, payload, crc FROM readings WHERE ts IS NULL ORDER BY seq"))
        using (var reader = command.ExecuteReader())
        {
            while (reader.Read())
            {
                var payload = reader.GetFieldValue<byte[]>(4);
                rows.Add((new UnresolvedReading(reader.GetInt64(0), reader.GetString(1), TimeSpan.FromMilliseconds(reader.GetInt64(2)), PayloadSerialNumber.Of(payload), payload), (SpoolClass)reader.GetInt32(3), reader.GetInt64(5)));
            }
        }

        var resolve = plan(UnresolvedBoots());
        using var transaction = _connection.BeginTransaction();
        using var update = Prepare("UPDATE readings SET ts = $ts, crc = $crc, payload = $payload WHERE seq = $seq");
        update.Transaction = transaction;
        var newest = _mark.Newest;
        foreach (var (reading, @class, checksum) in rows)
        {
            var resolved = resolve(reading);
            var timestamp = resolved.Timestamp.ToUnixTimeMilliseconds();
            var payload = resolved.Payload ?? reading.Payload.ToArray();
            var isSound = (uint)checksum == RowChecksum.Of(reading.Sequence, @class, null, reading.Payload.Span);
            Bind(update, "$payload", payload);
            Bind(update, "$seq", reading.Sequence);
            Bind(update, "$ts", timestamp);
            // A row that the medium changed must stay known as such.
            Bind(update, "$crc", isSound ? RowChecksum.Of(reading.Sequence, @class, timestamp, payload) : checksum);
            update.ExecuteNonQuery();
            newest = Math.Max(newest, timestamp);
        }

        _mark.Save(newest, _next - 1, transaction);
        transaction.Commit();
        _mark.Newest = newest;
        _mark.Covers(_next - 1);
        return rows.Count;
    }

    private List<UnresolvedBoot> UnresolvedBoots()
    {
        using var command = Prepare("SELECT boot_id, max(mono) FROM readings WHERE ts IS NULL GROUP BY boot_id ORDER BY min(seq)");
        using var reader = command.ExecuteReader();
        var boots = new List<UnresolvedBoot>();
        while (reader.Read()) boots.Add(new UnresolvedBoot(reader.GetString(0), TimeSpan.FromMilliseconds(reader.GetInt64(1))));
        return boots;
    }

    public Dictionary<SpoolClass, long> CountByClass() =>
        Enum.GetValues<SpoolClass>().ToDictionary(c => c, c => Scalar($"SELECT count(*) FROM readings WHERE class = {(int)c}") ?? 0);

    public long UnknownTime => Scalar("SELECT count(*) FROM readings WHERE ts IS NULL") ?? 0;

    public long Bytes => Scalar("SELECT sum(length(payload)) FROM readings") ?? 0;

    /// <summary>Writes the log back into the file and gives its space back.</summary>
    public void Checkpoint()
    {
        using var command = Prepare("PRAGMA wal_checkpoint(TRUNCATE)");
        command.ExecuteNonQuery();
    }

    public void Dispose()
    {
        _insert.Dispose();
        _delete.Dispose();
        _connection.Dispose();
    }

    private int DeleteRows(IReadOnlyCollection<long> sequences, SqliteTransaction transaction)
    {
        _delete.Transaction = transaction;
        var deleted = 0;
        foreach (var sequence in sequences)
        {
            Bind(_delete, "$seq", sequence);
            deleted += _delete.ExecuteNonQuery();
        }

        return deleted;
    }

    private void Migrate()
    {
        var version = Scalar("PRAGMA user_version") ?? 0;
        if (version > SpoolSchema.Version)
        {
            throw new SpoolException($"the spool '{_path}' has schema version {version}, this agent knows {SpoolSchema.Version}: it was written by a newer agent; run that one, or move the file away");
        }

        if (version == 0)
        {
            using var create = Prepare(SpoolSchema.Tables);
            create.ExecuteNonQuery();
        }
        else if (version == 1)
        {
            using var migrate = Prepare(SpoolSchema.From1To2);
            migrate.ExecuteNonQuery();
        }
    }

    private SpoolRecord ToRecord(SqliteDataReader reader)
    {
        var sequence = reader.GetInt64(0);
        var @class = (SpoolClass)reader.GetInt32(1);
        var timestamp = reader.GetInt64(2);
        var payload = reader.GetFieldValue<byte[]>(6);
        var sound = (uint)reader.GetInt64(5) == RowChecksum.Of(sequence, @class, timestamp, payload);
        TimeSpan? age = !reader.IsDBNull(4) && reader.GetString(3) == _clock.BootId
            ? TimeSpan.FromMilliseconds(_clock.Milliseconds - reader.GetInt64(4))
            : null;
        return new SpoolRecord(sequence, @class, DateTimeOffset.FromUnixTimeMilliseconds(timestamp), age, payload, sound);
    }

    private long? Scalar(string sql)
    {
        using var command = Prepare(sql);
        return command.ExecuteScalar() is long value ? value : null;
    }

    private SqliteCommand Prepare(string sql)
    {
        var command = _connection.CreateCommand();
        command.CommandText = sql;
        return command;
    }

    private static void Bind(SqliteCommand command, string name, object value)
    {
        if (command.Parameters.Contains(name)) command.Parameters[name].Value = value;
        else command.Parameters.AddWithValue(name, value);
    }
}
