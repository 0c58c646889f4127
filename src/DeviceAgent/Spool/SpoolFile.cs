using DeviceAgent.Settings;
using Microsoft.Data.Sqlite;

namespace DeviceAgent.Spool;

/// <summary>
/// The spool's SQLite file, through one connection; not safe for use by two threads at once. Each method that writes is one
/// transaction, on the medium when it returns; when it throws, nothing has changed.
/// </summary>
internal sealed class SpoolFile : IDisposable
{
    private const int PageSize = 4096;

    /// <summary>Pages that lie empty when space is worth giving back, and the most that may have to be copied for it (in memory first).</summary>
    private const long WorthwhilePages = 256;

    private const long MaxCopiedPages = 1024;

    /// <summary>So many rows behind the mark of the newest live timestamp are searched at most when the spool is opened after a crash.</summary>
    private const int RowsBetweenMarks = 500;

    private readonly SqliteConnection _connection;
    private readonly string _path;
    private readonly SpoolMetadata _metadata;
    private readonly ReadingTable _readings;
    private readonly DeadLetterTable _deadLetters;
    private readonly EvictionRule _eviction;
    private long _markedUpTo;
    private bool _clean;

    /// <exception cref="SpoolDamagedException">The content is wrong.</exception>
    /// <exception cref="SpoolException">Another process has it open, or a newer agent wrote it.</exception>
    /// <exception cref="SqliteException">It cannot be opened or read.</exception>
    public SpoolFile(SpoolStorage storage, LiveOptions<SpoolOptions> options)
    {
        _path = storage.Path;
        var quota = storage.Quota(options.Value);
        _connection = storage.Connect(_path);
        try
        {
            SpoolVersion.Establish(_connection, _path);
            // The quota counts bytes of rows; rows that fill their pages badly are met by this.
            _connection.Execute($"PRAGMA max_page_count = {((quota + (quota / 2)) / PageSize) + 64}");
            _metadata = new SpoolMetadata(_connection);
            _readings = new ReadingTable(_connection);
            _deadLetters = new DeadLetterTable(_connection);
            _clean = _metadata[SpoolMetadata.Clean] == 1;
            if (_clean) (Counts, _deadLetters.Count, _deadLetters.Bytes) = _metadata.Load();
            else Check();
            _eviction = new EvictionRule(_readings, Counts, quota, () => options.Value.WhenFull);
            DeadLetterBounds = (options.Value.DeadLetters, quota / 8);
            _markedUpTo = _metadata[SpoolMetadata.NewestLiveSequence] ?? 0;
            Next = Math.Max(_connection.Number("SELECT max(seq) FROM readings") ?? 0, _markedUpTo) + 1;
            var behind = _connection.Number("SELECT max(ts) FROM readings WHERE seq > $seq AND mono IS NOT NULL", ("$seq", _markedUpTo));
            NewestLive = Math.Max(_metadata[SpoolMetadata.NewestLive] ?? long.MinValue, behind ?? long.MinValue);
        }
        catch (SqliteException e) when (e.SqliteErrorCode == SpoolConnection.Busy)
        {
            _connection.Dispose();
            throw SpoolConnection.Explain(_path, e);
        }
        catch
        {
            _connection.Dispose();
            throw;
        }
    }

    /// <summary>Rows in the table, acknowledged ones that are not yet deleted included.</summary>
    public RowCounts Counts { get; private set; } = new();

    public DeadLetterTable DeadLetters => _deadLetters;

    public (long Count, long Bytes) DeadLetterBounds { get; }

    /// <summary>The first sequence number that was never used.</summary>
    public long Next { get; private set; }

    /// <summary>In ms since 1970; <see cref="long.MinValue"/> when there was none.</summary>
    public long NewestLive { get; private set; }

    /// <summary>Transactions that were committed, each with a sync of the medium.</summary>
    public long Commits { get; private set; }

    public string SqliteVersion => _connection.ServerVersion;

    public long WalBytes => new FileInfo(_path + "-wal") is { Exists: true } wal ? wal.Length : 0;

    /// <summary>Stores rows in order, making room for them by the rule. Without rows it writes all the same: the disk is tried.</summary>
    public InsertResult Insert(IReadOnlyList<SpoolRow> rows, IReadOnlyCollection<long> acknowledged, Func<long, bool> isInFlight)
    {
        for (var extra = 0L; ; extra = (extra * 2) + Math.Max(64 * PageSize / 4, rows.Sum(r => r.Size.Bytes)))
        {
            try
            {
                return InsertOnce(rows, acknowledged, isInFlight, extra);
            }
            catch (SqliteException e) when (e.SqliteErrorCode == SpoolConnection.Full && IsAtPageLimit(rows) && extra < _eviction.Quota * 2)
            {
                // The rows fill their pages badly: the file has reached its bound before their bytes reached the quota.
            }
        }
    }

    public IEnumerable<(SpoolRow Row, bool IsSound)> Read(SpoolQuery query, Func<long, bool> isHidden) => _readings.Read(query, isHidden);

    /// <summary>Number, boot and monotonic time of the oldest row that is not hidden.</summary>
    public SpoolRow? Oldest(Func<long, bool> isHidden) => _readings.Oldest(isHidden);

    public RowSize? SizeOf(long sequence) => _readings.SizeOf(sequence);

    public void Delete(IReadOnlyCollection<long> sequences)
    {
        var deleted = new RowCounts();
        Write(() => DeleteRows(sequences, deleted));
        Counts.Add(deleted, -1);
    }

    /// <summary>
    /// Moves readings to the dead letters: those with a row, if that is still there, and those that were only in memory. Returns how
    /// many of the oldest dead letters had to give way.
    /// </summary>
    public int MoveToDeadLetters(IReadOnlyCollection<(NewDeadLetter Letter, bool HasRow)> letters)
    {
        var deleted = new RowCounts();
        var trimmed = 0;
        WriteDeadLetters(() =>
        {
            foreach (var (letter, hasRow) in letters)
            {
                var size = _readings.Delete(letter.Row.Sequence);
                if (size is { } gone) deleted.Add(gone);
                if (size is not null || !hasRow) _deadLetters.Insert(letter);
            }

            trimmed = _deadLetters.Trim(DeadLetterBounds.Count, DeadLetterBounds.Bytes);
        });
        Counts.Add(deleted, -1);
        return trimmed;
    }

    /// <summary>Puts dead letters back as new rows, as far as there is room for them.</summary>
    public (int Requeued, InsertResult Result) Requeue(IReadOnlyCollection<long>? ids, long next, string bootId, IReadOnlyCollection<long> acknowledged, Func<long, bool> isInFlight)
    {
        var chosen = _deadLetters.ReadRows(0, int.MaxValue).Where(l => ids is null || ids.Contains(l.Id)).ToList();
        var rows = chosen.Select((l, i) => l.Letter.Row with { Sequence = next + i, BootId = bootId }).ToList();
        InsertResult? result = null;
        WriteDeadLetters(() =>
        {
            result = _eviction.Insert(rows, acknowledged, isInFlight, extra: 0);
            foreach (var (letter, row) in chosen.Zip(rows))
            {
                if (!result.Refused.Contains(row.Sequence)) _deadLetters.Delete(letter.Id);
            }
        });
        Settle(rows, result!);
        return (rows.Count - result!.Refused.Count, result);
    }

    /// <summary>The boots of the rows whose time is not known, from the oldest to the newest.</summary>
    public IReadOnlyList<UnresolvedBoot> UnresolvedBoots() => _readings.UnresolvedBoots();

    /// <summary>Gives times to rows behind <paramref name="after"/>; returns how many and the last row looked at, or null when there are no more.</summary>
    public (int Resolved, long? Last) Resolve(Func<UnresolvedReading, ResolvedReading> resolve, long after, int max)
    {
        var unknown = _readings.ReadUnknownTime(after, max);
        if (unknown.Count == 0) return (0, null);

        // A row that the medium has changed gets no true time any more; the mapping will find its checksum wrong and make it a dead letter.
        var resolved = unknown.Where(r => r.IsSound).Select(r => (TimestampResolution.Of(r.Row, resolve), true));
        var damaged = unknown.Where(r => !r.IsSound).Select(r => (r.Row with { Timestamp = 0 }, false));
        var rows = resolved.Concat(damaged).ToList();
        var newest = rows.Where(r => r.Item2).Select(r => r.Item1.Timestamp!.Value).DefaultIfEmpty(NewestLive).Max();
        Write(() =>
        {
            foreach (var (row, isSound) in rows) _readings.SetTime(row, isSound);
            _metadata[SpoolMetadata.NewestLive] = Math.Max(NewestLive, newest);
        });
        NewestLive = Math.Max(NewestLive, newest);
        foreach (var (row, _) in unknown) Counts.Remove(row.Size);
        foreach (var (row, _) in rows) Counts.Add(row.Size);
        return (rows.Count, unknown[^1].Row.Sequence);
    }

    /// <summary>Takes in what was saved from a damaged file, under its old numbers.</summary>
    public void Adopt(IReadOnlyCollection<SpoolRow> rows)
    {
        var change = new RowCounts();
        Write(() =>
        {
            foreach (var row in rows)
            {
                _readings.Insert(row);
                change.Add(row.Size);
            }
        });
        Counts.Add(change);
    }

    public void Adopt(IReadOnlyCollection<NewDeadLetter> letters) => WriteDeadLetters(() =>
    {
        foreach (var letter in letters) _deadLetters.Insert(letter);
    });

    /// <summary>Takes over what a damaged file remembered of rows that are gone.</summary>
    public void AdoptNewest(long? newestLive, long? sequence)
    {
        NewestLive = Math.Max(NewestLive, newestLive ?? long.MinValue);
        Next = Math.Max(Next, (sequence ?? 0) + 1);
    }

    /// <summary>Deletes what was written from a number on: a transaction that failed may have reached the medium all the same.</summary>
    public void DropFrom(long sequence)
    {
        if (sequence >= Next) return;
        Write(() => _connection.Execute("DELETE FROM readings WHERE seq >= $seq", ("$seq", sequence)));
        Recount();
        Next = sequence;
    }

    /// <summary>Writes the log back into the file and gives its space back.</summary>
    public void Checkpoint() => _connection.Execute("PRAGMA wal_checkpoint(TRUNCATE)");

    /// <summary>
    /// Gives empty pages back to the file system when there are many and little else. Copying the few pages that hold something costs
    /// less flash than auto_vacuum, whose map of pages is written with every commit.
    /// </summary>
    public void GiveBackSpace()
    {
        var free = _connection.Number("PRAGMA freelist_count") ?? 0;
        var used = (_connection.Number("PRAGMA page_count") ?? 0) - free;
        if (free >= WorthwhilePages && used <= MaxCopiedPages && free >= used * 4) _connection.Execute("VACUUM");
    }

    /// <summary>Notes that the file is in good order, so that the next start need not read all of it.</summary>
    public void MarkClean()
    {
        if (_clean) return;
        _connection.Transact(() =>
        {
            SaveNewest(Next - 1, NewestLive);
            _metadata.Save(Counts, _deadLetters.Count, _deadLetters.Bytes);
            _metadata[SpoolMetadata.Clean] = 1;
        });
        _clean = true;
    }

    public void Dispose()
    {
        _readings.Dispose();
        _connection.Dispose();
    }

    private InsertResult InsertOnce(IReadOnlyList<SpoolRow> rows, IReadOnlyCollection<long> acknowledged, Func<long, bool> isInFlight, long extra)
    {
        InsertResult? result = null;
        var last = rows.Count == 0 ? Next - 1 : rows[^1].Sequence;
        var mark = rows.Count == 0 || last - _markedUpTo >= RowsBetweenMarks;
        Write(() =>
        {
            result = _eviction.Insert(rows, acknowledged, isInFlight, extra);
            if (mark) SaveNewest(last, Newest(rows, result));
        });
        if (mark) _markedUpTo = last;
        Settle(rows, result!);
        return result!;
    }

    private void Settle(IReadOnlyList<SpoolRow> rows, InsertResult result)
    {
        _eviction.Committed();
        NewestLive = Newest(rows, result);
        if (rows.Count > 0) Next = rows[^1].Sequence + 1;
    }

    private long Newest(IReadOnlyList<SpoolRow> rows, InsertResult result) =>
        rows.Where(r => r.IsLive && r.Timestamp is not null && !result.Refused.Contains(r.Sequence)).Select(r => r.Timestamp!.Value).Append(NewestLive).Max();

    private void DeleteRows(IReadOnlyCollection<long> sequences, RowCounts deleted)
    {
        foreach (var sequence in sequences)
        {
            if (_readings.Delete(sequence) is { } gone) deleted.Add(gone);
        }

        // The newest timestamp may go with its row.
        SaveNewest(Next - 1, NewestLive);
    }

    private void SaveNewest(long upTo, long newest)
    {
        _metadata[SpoolMetadata.NewestLive] = newest;
        _metadata[SpoolMetadata.NewestLiveSequence] = upTo;
    }

    private void Write(Action work)
    {
        _connection.Transact(() =>
        {
            if (_clean) _metadata[SpoolMetadata.Clean] = 0;
            work();
        });
        _clean = false;
        Commits++;
    }

    private void WriteDeadLetters(Action work)
    {
        var (count, bytes) = (_deadLetters.Count, _deadLetters.Bytes);
        try
        {
            Write(work);
        }
        catch
        {
            (_deadLetters.Count, _deadLetters.Bytes) = (count, bytes);
            throw;
        }
    }

    private void Check()
    {
        if (_connection.Prepare("PRAGMA quick_check(1)").ExecuteScalar() is not "ok") throw new SpoolDamagedException("quick_check finds errors");
        Recount();
    }

    private void Recount()
    {
        var counted = _readings.Count();
        counted.Add(Counts, -1);
        Counts.Add(counted);
        _deadLetters.Recount();
    }

    private bool IsAtPageLimit(IReadOnlyList<SpoolRow> rows)
    {
        var used = (_connection.Number("PRAGMA page_count") ?? 0) - (_connection.Number("PRAGMA freelist_count") ?? 0);
        return used + 16 + rows.Sum(r => (r.Size.Bytes / PageSize) + 1) >= _connection.Number("PRAGMA max_page_count");
    }
}
