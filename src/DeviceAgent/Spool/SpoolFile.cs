using DeviceAgent.Settings;
using DeviceAgent.Storage;
using Microsoft.Data.Sqlite;

namespace DeviceAgent.Spool;

/// <summary>
/// The spool's SQLite file, through one connection; not safe for use by two threads at once. Each method that writes is one
/// transaction, on the medium when it returns; when it throws, nothing has changed.
/// </summary>
internal sealed class SpoolFile : IDisposable
{
    /// <summary>Bytes that lie empty when space is worth giving back, and the most that may have to be copied for it (in memory first).</summary>
    private const long WorthwhileBytes = 1024 * 1024;

    private const long MaxCopiedBytes = 4 * 1024 * 1024;

    /// <summary>So many rows behind the mark of the newest live timestamp are searched at most when the spool is opened after a crash.</summary>
    private const int RowsBetweenMarks = 500;

    private const int DeadLettersAtOnce = 500;

    /// <summary>Before each page in the log.</summary>
    private const int FrameHead = 24;

    private readonly SqliteConnection _connection;
    private readonly string _path;
    private readonly int _pageBytes;
    private readonly SpoolMetadata _metadata;
    private readonly BlockTable _readings;
    private readonly DeadLetterTable _deadLetters;
    private readonly EvictionRule _eviction;
    private readonly Func<bool> _hasRoomForLog;
    private FileStatus? _opened;
    private FileStatus? _openedLog;
    private long _markedUpTo;
    private int _pagesBeforeCheckpoint;
    private bool _clean;

    /// <exception cref="SpoolDamagedException">The content is wrong.</exception>
    /// <exception cref="SpoolException">Another process has it open, or a newer agent wrote it.</exception>
    /// <exception cref="SqliteException">It cannot be opened or read.</exception>
    public SpoolFile(SpoolStorage storage, LiveOptions<SpoolOptions> options)
    {
        _path = storage.Path;
        _hasRoomForLog = () => !storage.IsFull(4 * CheckpointRule.FullBytes, options.Value);
        var quota = storage.Quota(options.Value);
        _connection = storage.Connect(_path);
        try
        {
            SpoolVersion.Establish(_connection, _path, storage.Progress);
            _pageBytes = (int)(_connection.Number("PRAGMA page_size") ?? SpoolSchema.PageBytes);

            // The quota counts bytes of rows; rows that fill their pages badly are met by this.
            _connection.Execute($"PRAGMA max_page_count = {((quota + (quota / 2)) / _pageBytes) + 64}");
            _metadata = new SpoolMetadata(_connection);
            _readings = new BlockTable(_connection);
            _deadLetters = new DeadLetterTable(_connection);
            _clean = _metadata[SpoolMetadata.Clean] == 1;
            if (_clean) (Counts, _deadLetters.Count, _deadLetters.Bytes) = _metadata.Load();
            else Check();
            _eviction = new EvictionRule(_readings, Counts, quota, () => options.Value.WhenFull);
            DeadLetterBounds = (options.Value.DeadLetters, quota / 8);
            _markedUpTo = _metadata[SpoolMetadata.NewestLiveSequence] ?? 0;
            Next = Math.Max(_readings.Last ?? 0, _markedUpTo) + 1;
            NewestLive = Newest(_readings.All(_markedUpTo + 1), _metadata[SpoolMetadata.NewestLive] ?? long.MinValue);
            if (!_clean) TakeInLog();
            (_opened, _openedLog) = (FileStatus.Of(_path), FileStatus.Of(LogPath));
        }
        catch (Exception e)
        {
            _readings?.Dispose();
            _connection.Dispose();
            if (e is SqliteException { SqliteErrorCode: SpoolConnection.Busy } busy) throw SpoolConnection.Explain(_path, busy);
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

    /// <summary>Which file it is; null where that could not be told.</summary>
    public FileStatus? Identity => _opened;

    /// <summary>Whether the paths still lead to this file and its log, and both are as long as they were. What cannot be told is not doubted.</summary>
    public SpoolPlace Place
    {
        get
        {
            var (file, log) = (FileStatus.Of(_path), FileStatus.Of(LogPath));
            if (_opened is { } opened && file?.IsSame(opened) != true) return SpoolPlace.Elsewhere;
            if (_openedLog is { } openedLog && log?.IsSame(openedLog) != true) return SpoolPlace.LogElsewhere;
            if (file?.Length < _opened?.Length || log?.Length < Math.Min(_openedLog?.Length ?? 0, SpoolSchema.LogLimit)) return SpoolPlace.Cut;
            (_opened, _openedLog) = (file, log);
            return SpoolPlace.Kept;
        }
    }

    public string SqliteVersion => _connection.ServerVersion;

    /// <summary>What was written to the write-ahead log since it last went back into the file.</summary>
    public long LogBytes => (PagesWritten - _pagesBeforeCheckpoint) * (long)(_pageBytes + FrameHead);

    /// <summary>Stores rows in order, making room for them by the rule. Without rows it writes all the same: the disk is tried.</summary>
    public InsertResult Insert(IReadOnlyList<SpoolRow> rows, AcknowledgedRows acknowledged, Func<long, bool> isInFlight)
    {
        for (var extra = 0L; ; extra = (extra * 2) + Math.Max(64 * 1024, rows.Sum(r => r.Size.Bytes)))
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

    public IEnumerable<SpoolRow> Read(SpoolQuery query, Func<long, bool> isHidden) => Counts.Count == Counts.UnknownTime ? [] : _readings.Read(query, isHidden);

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
                var row = _readings.Delete([letter.Row.Sequence]);
                deleted.Add(row);
                if (row.Count > 0 || !hasRow) _deadLetters.Insert(letter);
            }

            trimmed = _deadLetters.Trim(DeadLetterBounds.Count, DeadLetterBounds.Bytes);
        });
        Counts.Add(deleted, -1);
        return trimmed;
    }

    /// <summary>Puts dead letters back as new rows, as far as there is room for them.</summary>
    public (int Requeued, InsertResult Result) Requeue(IReadOnlyCollection<long>? ids, long next, string bootId, AcknowledgedRows acknowledged, Func<long, bool> isInFlight)
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

            // The newest timestamp may have gone with its row.
            if (result.AcknowledgedDeleted) SaveNewest(next + rows.Count - 1, NewestLive);
        });
        if (result!.AcknowledgedDeleted) _markedUpTo = next + rows.Count - 1;
        Settle(rows, result!);
        return (rows.Count - result!.Refused.Count, result);
    }

    /// <summary>The boots of the rows whose time is not known, from the oldest to the newest.</summary>
    public IReadOnlyList<UnresolvedBoot> UnresolvedBoots() => _readings.UnresolvedBoots();

    /// <summary>Gives times to rows behind <paramref name="after"/>; returns how many and the last row looked at, or null when there are no more.</summary>
    public (int Resolved, long? Last) Resolve(Func<UnresolvedReading, ResolvedReading> resolve, long after, int max)
    {
        var unknown = _readings.UnknownTime(after).Take(max).ToList();
        if (unknown.Count == 0) return (0, null);

        var rows = unknown.Select(r => TimestampResolution.Of(r, resolve)).ToList();
        var newest = Newest(rows, NewestLive);
        Write(() =>
        {
            _readings.Update(rows);
            _metadata[SpoolMetadata.NewestLive] = newest;
        });
        NewestLive = newest;
        foreach (var row in unknown) Counts.Remove(row.Size);
        foreach (var row in rows) Counts.Add(row.Size);
        return (rows.Count, unknown[^1].Sequence);
    }

    /// <summary>Takes in what was saved from a damaged file, under its old numbers.</summary>
    public void Adopt(IReadOnlyCollection<SpoolRow> rows)
    {
        var change = new RowCounts();
        foreach (var row in rows) change.Add(row.Size);
        Write(() => _readings.Insert([.. rows]));
        Counts.Add(change);
    }

    /// <summary>The same for dead letters, a part at a time; returns how many.</summary>
    /// <param name="letters">Each is read when its part is due.</param>
    /// <param name="progress">Called again and again.</param>
    public long Adopt(IEnumerable<NewDeadLetter> letters, Action progress)
    {
        var adopted = 0L;
        foreach (var part in letters.Chunk(DeadLettersAtOnce))
        {
            progress();
            WriteDeadLetters(() =>
            {
                foreach (var letter in part) _deadLetters.Insert(letter);
            });
            adopted += part.Length;
        }

        return adopted;
    }

    /// <summary>Takes in all that is sound in another file, its numbers moved on where they are taken here.</summary>
    /// <param name="source">Is not changed.</param>
    /// <param name="progress">Called again and again.</param>
    /// <returns>The numbers of the readings there, by how much they were moved on, and how many dead letters there are.</returns>
    public (IReadOnlyList<long> Sequences, long Offset, long DeadLetters) AdoptAll(SpoolFile source, Action progress)
    {
        var offset = Math.Max(0, Next - (source._readings.First ?? source.Next));
        var sequences = new List<long>();
        foreach (var rows in source._readings.All().InParts())
        {
            progress();
            Adopt([.. rows.Select(r => r with { Sequence = r.Sequence + offset })]);
            sequences.AddRange(rows.Select(r => r.Sequence));
        }

        var deadLetters = Adopt(source._deadLetters.ReadRows(0, int.MaxValue).Select(l => l.Letter), progress);
        AdoptNewest(source.NewestLive, source.Next - 1 + offset);
        MarkClean();
        return (sequences, offset, deadLetters);
    }

    /// <summary>
    /// Closes a file that is damaged or not in its place any more and leaves alone what is there now: SQLite would write a log back that is damaged, too, and remove
    /// the log of this name.
    /// </summary>
    public void Abandon()
    {
        _connection.LeaveLog();
        Dispose();
    }

    /// <summary>Notes that the file is to be kept however much of it there is when the agent is stopped: it may hold what is nowhere else.</summary>
    public void MarkRenewal() => Write(() => _metadata[SpoolMetadata.Renewal] = 1);

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
        Write(() => _readings.DeleteFrom(sequence));
        Recount();
        Next = sequence;
    }

    /// <summary>Writes the log back into the file. The next commit begins at the log's start again.</summary>
    public void Checkpoint() => WriteLogBack("PASSIVE");

    /// <summary>Writes the log back into the file and leaves nothing in it.</summary>
    public void EmptyLog() => WriteLogBack("TRUNCATE");

    private void WriteLogBack(string mode)
    {
        _connection.Execute($"PRAGMA wal_checkpoint({mode})");
        _pagesBeforeCheckpoint = PagesWritten;

        // Both may be shorter now.
        (_opened, _openedLog) = (Remeasured(_path, _opened), Remeasured(LogPath, _openedLog));
    }

    /// <summary>
    /// Gives empty pages back to the file system when there are many and little else. Copying the few pages that hold something costs
    /// less flash than auto_vacuum, whose map of pages is written with every commit.
    /// </summary>
    public void GiveBackSpace()
    {
        var free = _connection.Number("PRAGMA freelist_count") ?? 0;
        var used = (_connection.Number("PRAGMA page_count") ?? 0) - free;
        if (free * _pageBytes >= WorthwhileBytes && used * _pageBytes <= MaxCopiedBytes && free >= used * 4) _connection.Execute("VACUUM");
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

    private string LogPath => SpoolConnection.LogOf(_path);

    private static FileStatus? Remeasured(string path, FileStatus? opened) => opened is { } before && FileStatus.Of(path) is { } now && now.IsSame(before) ? now : opened;

    private InsertResult InsertOnce(IReadOnlyList<SpoolRow> rows, AcknowledgedRows acknowledged, Func<long, bool> isInFlight, long extra)
    {
        InsertResult? result = null;
        var last = rows.Count == 0 ? Next - 1 : rows[^1].Sequence;
        var mark = rows.Count == 0 || last - _markedUpTo >= RowsBetweenMarks;
        Write(() =>
        {
            result = _eviction.Insert(rows, acknowledged, isInFlight, extra);
            mark |= result.AcknowledgedDeleted;
            if (mark) SaveNewest(last, Newest(rows.Where(r => !result.Refused.Contains(r.Sequence)), NewestLive));
        });
        if (mark) _markedUpTo = last;
        Settle(rows, result!);
        return result!;
    }

    private void Settle(IReadOnlyList<SpoolRow> rows, InsertResult result)
    {
        _eviction.Committed();
        NewestLive = Newest(rows.Where(r => !result.Refused.Contains(r.Sequence)), NewestLive);
        if (rows.Count > 0) Next = rows[^1].Sequence + 1;
    }

    /// <summary>The newest timestamp of a live reading.</summary>
    private static long Newest(IEnumerable<SpoolRow> rows, long before)
    {
        var newest = before;
        foreach (var row in rows)
        {
            if (row.IsLive && row.Timestamp > newest) newest = row.Timestamp.Value;
        }

        return newest;
    }

    private void DeleteRows(IReadOnlyCollection<long> sequences, RowCounts deleted)
    {
        deleted.Add(_readings.Delete(sequences));

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
        try
        {
            _connection.Transact(() =>
            {
                if (_clean) _metadata[SpoolMetadata.Clean] = 0;
                work();
            });
        }
        catch
        {
            _readings.Forget();
            throw;
        }

        _clean = false;
        if (Commits++ == 0) ReserveLog();
    }

    /// <summary>Short lives, each ended by a power cut, would make the log of the ones before longer and longer.</summary>
    private void TakeInLog()
    {
        try
        {
            Checkpoint();
        }
        catch (SqliteException)
        {
            // A full disk: it can be read all the same.
        }
    }

    private int PagesWritten
    {
        get
        {
            const int cacheWrite = 9;
            _ = SQLitePCL.raw.sqlite3_db_status(_connection.Handle!, cacheWrite, out var pages, out _, 0);
            return pages;
        }
    }

    /// <summary>
    /// Gives the log the length to which it grows before it is written back. A commit that makes a file longer is written to the file system's journal as well, which costs
    /// three times the readings; one that overwrites is not. SQLite takes what is behind the last whole commit for nothing.
    /// </summary>
    private void ReserveLog()
    {
        try
        {
            using var log = new FileStream(LogPath, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
            var missing = CheckpointRule.FullBytes - log.Seek(0, SeekOrigin.End);
            if (missing > 0 && _hasRoomForLog()) log.Write(new byte[missing]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException)
        {
            // It goes on without; the last is how .NET tells of a limit for files (ulimit -f).
        }
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
        // A statement that is left to the finalizer keeps the file and its log open beyond the end of the connection.
        using var check = _connection.Prepare("PRAGMA quick_check(1)");
        if (check.ExecuteScalar() is not "ok") throw new SpoolDamagedException("quick_check finds errors");
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
        return used + 16 + (rows.Sum(r => r.Size.Bytes) * 2 / _pageBytes) >= _connection.Number("PRAGMA max_page_count");
    }
}

/// <summary>What others have done to the spool's file while it is open.</summary>
internal enum SpoolPlace
{
    /// <summary>Nothing.</summary>
    Kept,

    /// <summary>File or folder were removed, moved or replaced.</summary>
    Elsewhere,

    /// <summary>The same of the write-ahead log, without which the file lacks what was committed last.</summary>
    LogElsewhere,

    /// <summary>One of both is shorter than it was: what was behind its end is gone.</summary>
    Cut,
}
