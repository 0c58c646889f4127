using DeviceAgent.Clock;
using DeviceAgent.Diagnostics;
using DeviceAgent.Settings;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Spool;

/// <summary>
/// Where readings are: on disk, or in memory while the disk cannot be used. Not safe for use by two threads at once.
/// </summary>
internal sealed class SpoolStore
{
    /// <summary>Between attempts to go back to the disk.</summary>
    private static readonly TimeSpan RetryPeriod = TimeSpan.FromSeconds(10);

    /// <summary>To go back to the disk before the end, after which what is in memory is lost.</summary>
    private const int LastAttempts = 3;

    private readonly SpoolMedium _medium;
    private readonly LiveOptions<SpoolOptions> _options;
    private readonly BootClock _clock;
    private readonly AgentMetrics _metrics;
    private readonly ILogger _logger;
    private readonly Quarantine _quarantine;
    private readonly SpoolDisk _disk;
    private readonly MemoryRing _ring;
    private readonly AcknowledgedRows _acknowledged;
    private readonly SequenceNumbers _numbers = new();
    private readonly ShedReport _shed;
    private readonly CheckpointRule _checkpoints;

    /// <summary>Readings that are to go to the dead letters, and whether they have a row.</summary>
    private readonly Dictionary<long, (SetAsideReading Reading, bool HasRow)> _leaving = [];

    /// <summary>Acknowledged while the file was closed.</summary>
    private readonly HashSet<long> _acknowledgedUnseen = [];

    /// <summary>What the uploader took to send, as far as it has told: given up last, for it may be in the table already.</summary>
    private HashSet<long> _underWay = [];

    /// <summary>What the file held when it was closed after a fault.</summary>
    private Tally _closedWith = new();

    /// <summary>From here on an insert failed that may be on the medium all the same.</summary>
    private long? _inDoubtFrom;

    private string? _memoryReason;
    private long _failedAt;
    private SpoolRow? _oldest;

    /// <exception cref="SpoolException">Another process has the file open, or a newer agent wrote it.</exception>
    public SpoolStore(SpoolMedium medium, LiveOptions<SpoolOptions> options, BootClock clock, AgentMetrics metrics, ILogger logger)
    {
        (_medium, _options, _clock, _metrics, _logger) = (medium, options, clock, metrics, logger);
        _quarantine = new Quarantine(medium, options, clock.Time, logger);
        _disk = new SpoolDisk(medium, options, _quarantine);
        _ring = new MemoryRing(options);
        _acknowledged = new AcknowledgedRows(clock.Time);
        _shed = new ShedReport(metrics, clock.Time, logger);
        _checkpoints = new CheckpointRule(clock.Time);
        Quota = medium.Quota(options.Value);
        try
        {
            Welcome(_disk.Open());
            logger.SpoolOpened(medium.Path, _disk.File!.SqliteVersion, Count);
        }
        catch (SqliteException e)
        {
            EnterMemory(SpoolConnection.Explain(medium.Path, e).Message);
        }
        catch (Exception e) when (IsOfTheDisk(e) && e is not SpoolException)
        {
            EnterMemory(e.Message);
        }
    }

    public long Quota { get; }

    /// <summary>Acknowledged rows and those on the way to the dead letters do not count.</summary>
    public long Count => OnFile.Count - _acknowledged.Tally.Count - _acknowledgedUnseen.Count - _leaving.Count(l => l.Value.HasRow) + _ring.Tally.Count;

    /// <summary>In ms since 1970; <see cref="long.MinValue"/> when there was none.</summary>
    public long NewestLive { get; private set; } = long.MinValue;

    private Tally OnFile => _disk.File?.Tally ?? _closedWith;

    /// <summary>Stores what waits; each entry knows then where it is.</summary>
    public void Commit(IReadOnlyList<WaitingEntry> entries)
    {
        var rows = entries.Select(e => e.ToRow(_numbers.Take(), _clock.BootId)).ToList();
        var refused = TryInsert(rows) is { } result ? result.Refused : null;
        var durable = refused is not null;
        refused ??= Hold(rows);
        _metrics.Spooled.Add(rows.Count - refused.Count);
        if (durable) _metrics.Committed.Add(rows.Count - refused.Count);
        foreach (var (row, entry) in rows.Zip(entries))
        {
            if (refused.Contains(row.Sequence))
            {
                entry.Refusal = new SpoolException($"there is no room for a reading of class {row.Class}: {Bound(durable)}");
                continue;
            }

            if (row.IsLive && row.Timestamp > NewestLive) NewestLive = row.Timestamp.Value;
            entry.Result = durable ? AppendResult.Durable : AppendResult.MemoryOnly;
        }
    }

    public IReadOnlyList<SpoolRecord> Peek(SpoolQuery query)
    {
        var except = _numbers.Current(query.Except);
        bool IsHidden(long sequence) => _acknowledged.Contains(sequence) || _leaving.ContainsKey(sequence) || except?.Contains(sequence) == true;
        var onDisk = new List<SpoolRecord>();
        OnDisk(file =>
        {
            onDisk.Clear();
            onDisk.AddRange(file.Read(query, IsHidden).Take(query.Max).Select(r => StoredRow.ToRecord(r.Row, r.IsSound, _clock)));
        });
        var inMemory = Ranked(_ring.Read(query.Order).Where(r => r.Sequence > query.After && !IsHidden(r.Sequence)), r => r.Class)
            .Take(query.Max).Select(r => StoredRow.ToRecord(r, isSound: true, _clock));
        List<SpoolRecord> records = [.. Ranked(query.Order == SpoolOrder.OldestFirst ? onDisk.Concat(inMemory) : inMemory.Concat(onDisk), r => r.Class).Take(query.Max)];
        if (except is not null) _underWay = [.. except, .. records.Select(r => r.Sequence)];
        return records;

        IEnumerable<T> Ranked<T>(IEnumerable<T> records, Func<T, SpoolClass> classOf) =>
            query.CriticalFirst ? records.OrderByDescending(r => classOf(r) == SpoolClass.Critical) : records;
    }

    public void Acknowledge(IReadOnlyCollection<long> sequences)
    {
        _oldest = null;
        foreach (var sequence in sequences.Select(_numbers.Current))
        {
            if (_ring.Remove(sequence) is not null || _leaving.ContainsKey(sequence)) continue;
            RowWeight? weight = null;
            if (!OnDisk(file => weight = file.Weigh(sequence))) _acknowledgedUnseen.Add(sequence);
            else if (weight is { } known) _acknowledged.Add(sequence, known);
        }
    }

    public void SetAside(SpoolRecord record, string reason)
    {
        _oldest = null;
        var sequence = _numbers.Current(record.Sequence);
        if (_acknowledged.Contains(sequence)) return;
        var row = new SpoolRow(sequence, record.Class, record.Timestamp.ToUnixTimeMilliseconds(), "", null, record.Payload.ToArray());
        var held = _ring.Remove(sequence) is not null;
        _leaving[sequence] = (new SetAsideReading(row, reason, _clock.Time.GetUtcNow().ToUnixTimeMilliseconds()), HasRow: !held);
        MoveLeaving();
    }

    public IReadOnlyList<DeadLetter> DeadLetters(long afterId, int max) => Need(file => file.DeadLetters.Read(afterId, max));

    public int Requeue(IReadOnlyCollection<long>? ids)
    {
        if (_memoryReason is not null) throw new SpoolException($"dead letters cannot be put back now: {_memoryReason}");
        var (requeued, result) = Need(file => file.Requeue(ids, _numbers.Next, _clock.BootId, _acknowledged.Sequences, _underWay.Contains));
        _numbers.Advance(_disk.File!.Next);
        Note(result);
        return requeued;
    }

    /// <exception cref="SpoolException">Readings on the disk, which come before those in memory, could not be given their times.</exception>
    public int Resolve(Func<IReadOnlyList<UnresolvedBoot>, Func<UnresolvedReading, ResolvedReading>> plan)
    {
        const int GroupSize = 500;
        var boots = new List<UnresolvedBoot>();
        OnDisk(file => boots = [.. file.UnresolvedBoots()]);
        if (_ring.LastOfUnknownTime is { } last)
        {
            boots.RemoveAll(b => b.BootId == _clock.BootId);
            boots.Add(new UnresolvedBoot(_clock.BootId, last));
        }

        var resolve = plan(boots);
        var (total, after) = (0, (long?)0);
        while (after is { } from)
        {
            var step = (Resolved: 0, Last: (long?)null);
            if (!OnDisk(file => step = file.Resolve(resolve, from, GroupSize)))
            {
                if (_disk.File is { Tally.UnknownTime: > 0 }) throw new SpoolException($"readings on the disk cannot be given their times now: {_memoryReason}");
                break;
            }

            total += step.Resolved;
            after = step.Last;
        }

        total += _ring.Resolve(resolve);
        NewestLive = Math.Max(NewestLive, _disk.File?.NewestLive ?? long.MinValue);
        return total;
    }

    /// <summary>How long until <see cref="Upkeep"/> has something to do.</summary>
    public TimeSpan? DueIn()
    {
        if (_memoryReason is null) return new[] { _acknowledged.DueIn(), _checkpoints.DueIn(), _shed.DueIn() }.Min();
        var left = RetryPeriod - _clock.Time.GetElapsedTime(_failedAt);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    /// <summary>Does what is due; true when readings went from memory to the disk.</summary>
    public bool Upkeep()
    {
        if (_shed.DueIn() == TimeSpan.Zero) _shed.Report();
        if (_memoryReason is not null) return DueIn() == TimeSpan.Zero && TryReturn();
        if (_acknowledged.DueIn() == TimeSpan.Zero) DeleteAcknowledged();
        if (_checkpoints.DueIn() == TimeSpan.Zero) Checkpoint();
        return false;
    }

    public void Close()
    {
        for (var attempt = 1; _memoryReason is not null && attempt <= LastAttempts; attempt++) TryReturn();
        DeleteAcknowledged();
        if (_memoryReason is null && _leaving.Count == 0) OnDisk(file => file.MarkClean());
        Checkpoint();
        _disk.Close();
        _shed.Report();
        if (_ring.Tally.Count > 0) _logger.MemoryLost(_ring.Tally.Count, _memoryReason);
    }

    public SpoolStatus Status()
    {
        var byClass = OnFile.ByClass();
        foreach (var @class in Tally.LowestFirst) byClass[@class] += _ring.Tally.CountOf(@class) - _acknowledged.Tally.CountOf(@class);
        if (_oldest is null && Count > 0) OnDisk(file => _oldest = file.Oldest(s => _acknowledged.Contains(s) || _leaving.ContainsKey(s)));
        var oldest = _oldest ?? _ring.Rows.FirstOrDefault();
        return new SpoolStatus
        {
            Count = Count,
            CountByClass = byClass,
            UnknownTime = OnFile.UnknownTime + _ring.Tally.UnknownTime,
            Bytes = OnFile.Bytes + _ring.Tally.Bytes,
            QuotaBytes = Quota,
            OldestAge = oldest is { Mono: { } mono } && oldest.BootId == _clock.BootId ? TimeSpan.FromMilliseconds(_clock.Milliseconds - mono) : null,
            DeadLetters = (_disk.File?.DeadLetters.Count ?? 0) + _leaving.Count,
            OnDisk = _memoryReason is null,
            MemoryReason = _memoryReason,
            InMemory = _ring.Tally.Count,
            Shed = _shed.Total.ByClass(),
            Salvaged = _quarantine.Salvaged,
            Quarantined = _quarantine.Files,
        };
    }

    /// <summary>Null when the disk cannot be used.</summary>
    private InsertResult? TryInsert(List<SpoolRow> rows)
    {
        InsertResult? result = null;
        if (_memoryReason is not null) return null;
        if (_medium.IsFull(rows.Sum(r => r.Weight.Bytes), _options.Value)) EnterMemory("the partition's free space is down to what is left to others (spool.reserveMegabytes): free some space");
        else OnDisk(file => result = file.Insert(rows, _acknowledged.Sequences, _underWay.Contains), isInsert: true);
        if (result is not null) Note(result);
        return result;
    }

    /// <summary>Into the memory; returns those for which there is no room.</summary>
    private HashSet<long> Hold(List<SpoolRow> rows)
    {
        var refused = new HashSet<long>();
        foreach (var row in rows)
        {
            if (_ring.TryAdd(row, _underWay.Contains) is not { } shed) refused.Add(row.Sequence);
            else _shed.Note(shed);
        }

        return refused;
    }

    private bool TryReturn()
    {
        _failedAt = _clock.Time.GetTimestamp();
        try
        {
            if (_disk.File is null) Welcome(_disk.Reopen());
        }
        catch (Exception e) when (IsOfTheDisk(e))
        {
            _disk.Close();
            return false;
        }

        var rows = _ring.Rows.ToList();
        if (_medium.IsFull(_ring.Tally.Bytes, _options.Value)) return false;
        InsertResult? result = null;
        if (!OnDisk(file => result = file.Insert(rows, _acknowledged.Sequences, _underWay.Contains), isInsert: true)) return false;
        Note(result!);
        var stored = Leave(rows, result!);
        if (_ring.Tally.Count > 0) return stored > 0;
        _memoryReason = null;
        _logger.SpoolOnDiskAgain(stored);
        MoveLeaving();
        return true;
    }

    /// <summary>The ring is left by what is on disk now, and by what has no room there; returns how many are on disk.</summary>
    private int Leave(List<SpoolRow> rows, InsertResult result)
    {
        var shed = new List<SpoolRow>();
        var stored = 0;
        foreach (var row in rows)
        {
            var refused = result.Refused.Contains(row.Sequence);
            if (refused && _options.Value.WhenFull == WhenFull.RefuseNew) continue;
            _ring.Remove(row.Sequence);
            if (refused) shed.Add(row);
            else stored++;
        }

        _shed.Note(shed);
        _metrics.Committed.Add(stored);
        return stored;
    }

    private void Note(InsertResult result)
    {
        if (result.AcknowledgedDeleted) _acknowledged.Clear();
        _shed.Note(result.Shed);
        if (result.Shed.Count > 0) _oldest = null;
        AfterWrite();
    }

    private void MoveLeaving()
    {
        if (_memoryReason is not null || _leaving.Count == 0) return;
        var dropped = 0;
        if (!OnDisk(file => dropped = file.SetAside(_leaving.Values))) return;
        _leaving.Clear();
        if (dropped > 0) _logger.DeadLettersDropped(dropped);
        AfterWrite();
    }

    private void DeleteAcknowledged()
    {
        if (_acknowledged.Sequences.Count == 0 || _memoryReason is not null) return;
        if (!OnDisk(file => file.Delete(_acknowledged.Sequences))) return;
        _acknowledged.Clear();
        AfterWrite();
    }

    private void AfterWrite()
    {
        _checkpoints.NoteWrite();
        if (_disk.File is { } file && CheckpointRule.IsDueAfterWrite(file.WalBytes, drained: file.Tally.Count == 0)) Checkpoint();
    }

    private void Checkpoint()
    {
        if (_memoryReason is not null) return;
        _checkpoints.NoteCheckpoint();
        OnDisk(file =>
        {
            file.GiveBackSpace();
            file.Checkpoint();
        });
    }

    private T Need<T>(Func<SpoolFile, T> work)
    {
        var result = default(T);
        if (!OnDisk(file => result = work(file))) throw new SpoolException($"the spool's file cannot be used now: {_memoryReason}");
        return result!;
    }

    /// <summary>Works on the file; false when that cannot be done now. After a fault that can be mended it is tried a second time.</summary>
    private bool OnDisk(Action<SpoolFile> work, bool isInsert = false)
    {
        for (var attempt = 1; _disk.File is { } file; attempt++)
        {
            var commits = file.Commits;
            try
            {
                work(file);
                return true;
            }
            catch (SqliteException e)
            {
                var problem = SpoolConnection.Explain(_medium.Path, e).Message;
                var fault = SpoolFaults.Of(e);
                if (fault == SpoolFault.Unusable || !TryMend(file, fault, problem, isInsert) || attempt > 1)
                {
                    EnterMemory(problem);
                    return false;
                }
            }
            finally
            {
                _metrics.Commits.Add(file.Commits - commits);
            }
        }

        return false;
    }

    private bool TryMend(SpoolFile file, SpoolFault fault, string problem, bool isInsert)
    {
        _closedWith = file.Tally;
        if (isInsert) _inDoubtFrom = file.Next;
        try
        {
            Welcome(fault == SpoolFault.Damaged ? _disk.Replace(problem) : _disk.Reopen());
            return true;
        }
        catch (Exception e) when (IsOfTheDisk(e))
        {
            _disk.Close();
            return false;
        }
    }

    /// <summary>A file that was opened is brought in line with what is known of it.</summary>
    private void Welcome(SpoolFile file)
    {
        if (_inDoubtFrom is { } from) file.DropFrom(from);
        NoteMissing(file, inDoubt: _inDoubtFrom is not null);
        _inDoubtFrom = null;
        _numbers.Meet(file.Next, _ring);
        _underWay = [.. _underWay.Select(_numbers.Current)];
        NewestLive = Math.Max(NewestLive, file.NewestLive);
        _oldest = null;
        _closedWith = new Tally();
        var unseen = _acknowledgedUnseen.Select(_numbers.Current).ToList();
        _acknowledgedUnseen.Clear();
        foreach (var sequence in unseen)
        {
            if (file.Weigh(sequence) is { } weight) _acknowledged.Add(sequence, weight);
        }
    }

    /// <summary>
    /// Rows that were there and are not any more: acknowledged ones that were deleted after all, those that gave way in a transaction
    /// that was thought to have failed, or those that a damaged medium has lost.
    /// </summary>
    private void NoteMissing(SpoolFile file, bool inDoubt)
    {
        var missing = new Tally();
        missing.Add(_closedWith);
        missing.Add(file.Tally, -1);
        foreach (var sequence in _acknowledged.Sequences.Where(s => file.Weigh(s) is null).ToList()) missing.Remove(_acknowledged.Remove(sequence));
        if (missing.Count <= 0) return;
        if (inDoubt) _shed.Note(missing);
        else _logger.ReadingsLost(missing.Count);
    }

    private void EnterMemory(string problem)
    {
        _failedAt = _clock.Time.GetTimestamp();
        if (_memoryReason is not null) return;
        _memoryReason = problem;
        _logger.SpoolInMemory(_options.Value.MemoryReadings, problem);
    }

    private static bool IsOfTheDisk(Exception e) => e is SqliteException or SpoolException or SpoolDamagedException or IOException or UnauthorizedAccessException;

    private string Bound(bool durable) => durable
        ? $"the quota of {Quota} bytes is used up (spool.quotaMegabytes)"
        : $"{_options.Value.MemoryReadings} readings are held in memory already (spool.memoryReadings), because {_memoryReason}";
}
