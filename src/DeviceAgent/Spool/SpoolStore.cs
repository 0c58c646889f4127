using DeviceAgent.Clock;
using DeviceAgent.Diagnostics;
using DeviceAgent.Settings;
using DeviceAgent.Timing;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Spool;

/// <summary>
/// Where readings are: on disk, or in memory while the disk cannot be used. Not safe for use by two threads at once.
/// </summary>
internal sealed class SpoolStore
{
    /// <summary>To go back to the disk before the end, after which what is in memory is lost.</summary>
    private const int LastAttempts = 3;

    private readonly SpoolStorage _storage;
    private readonly LiveOptions<SpoolOptions> _options;
    private readonly BootClock _clock;
    private readonly AgentMetrics _metrics;
    private readonly LoopPulse _pulse;
    private readonly ILogger _logger;
    private readonly SpoolState _state;
    private readonly SpoolRecovery _disk;
    private readonly CheckpointRule _checkpoints;
    private readonly long _quota;

    /// <exception cref="SpoolException">Another process has the file open, or a newer agent wrote it.</exception>
    public SpoolStore(SpoolStorage storage, LiveOptions<SpoolOptions> options, BootClock clock, AgentMetrics metrics, LoopPulse pulse, ILogger logger)
    {
        (_storage, _options, _clock, _metrics, _pulse, _logger) = (storage, options, clock, metrics, pulse, logger);
        var quarantine = new Quarantine(storage, options, clock.Time, pulse, logger);
        _state = new SpoolState(options, clock, metrics, logger);
        _disk = new SpoolRecovery(_state, storage, quarantine, options, clock, metrics, logger);
        _checkpoints = new CheckpointRule(clock.Time);
        _quota = storage.Quota(options.Value);
        Reads = new SpoolReads(_state, _disk, quarantine, clock, _quota);
        if (_disk.Open()) logger.SpoolOpened(storage.Path, _disk.File!.SqliteVersion, Reads.Count);
    }

    public SpoolReads Reads { get; }

    /// <summary>In ms since 1970; <see cref="long.MinValue"/> when there was none.</summary>
    public long NewestLive => _state.NewestLive;

    private bool IsInMemory => _disk.MemoryReason is not null;

    /// <summary>Stores what waits; each entry knows then where it is.</summary>
    public void Commit(IReadOnlyList<WaitingEntry> entries)
    {
        var rows = entries.Select(e => e.ToRow(_state.Numbers.Take(), _clock.BootId)).ToList();
        var refused = TryInsert(rows) is { } result ? result.Refused : null;

        // What is in a file that no next start will find is not durable; the file is made anew at once, with what it holds.
        var durable = refused is not null && _disk.IsInPlace();
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

            if (row.IsLive && row.Timestamp > NewestLive) _state.NewestLive = row.Timestamp.Value;
            entry.Result = durable ? AppendResult.Durable : AppendResult.MemoryOnly;
        }
    }

    public void Acknowledge(IReadOnlyCollection<long> sequences)
    {
        _state.Oldest = null;
        foreach (var sequence in sequences.Select(_state.Numbers.Current))
        {
            if (_state.Ring.Remove(sequence) is not null || _state.ToDeadLetters.ContainsKey(sequence)) continue;
            RowSize? size = null;
            if (!_disk.Try(file => size = file.SizeOf(sequence))) _state.AcknowledgedWhileClosed.Add(sequence);
            else if (size is { } known) _state.Acknowledged.Add(sequence, known);
        }
    }

    public void MoveToDeadLetters(SpoolRecord record, string reason)
    {
        _state.Oldest = null;
        var sequence = _state.Numbers.Current(record.Sequence);
        if (_state.Acknowledged.Contains(sequence)) return;
        var row = new SpoolRow(sequence, record.Class, record.Timestamp.ToUnixTimeMilliseconds(), "", null, record.Payload);
        var held = _state.Ring.Remove(sequence) is not null;
        _state.ToDeadLetters[sequence] = (new NewDeadLetter(row, reason, _clock.Time.GetUtcNow().ToUnixTimeMilliseconds()), HasRow: !held);
        WriteDeadLetters();
    }

    public int Requeue(IReadOnlyCollection<long>? ids)
    {
        if (IsInMemory) throw new SpoolException($"dead letters cannot be put back now: {_disk.MemoryReason}");
        var (requeued, result) = _disk.Need(file => file.Requeue(ids, _state.Numbers.Next, _clock.BootId, _state.Acknowledged, _state.InFlight.Contains));
        _state.Numbers.Advance(_disk.File!.Next);
        Note(result);
        return requeued;
    }

    /// <exception cref="SpoolException">Readings on the disk, which come before those in memory, could not be given their times.</exception>
    public int Resolve(Func<IReadOnlyList<UnresolvedBoot>, Func<UnresolvedReading, ResolvedReading>> plan)
    {
        const int GroupSize = 500;
        var boots = new List<UnresolvedBoot>();
        _disk.Try(file => boots = [.. file.UnresolvedBoots()]);
        if (_state.Ring.LastOfUnknownTime is { } last)
        {
            boots.RemoveAll(b => b.BootId == _clock.BootId);
            boots.Add(new UnresolvedBoot(_clock.BootId, last));
        }

        var resolve = plan(boots);
        var (total, after) = (0, (long?)0);
        while (after is { } from)
        {
            var step = (Resolved: 0, Last: (long?)null);
            _pulse.Works();
            if (!_disk.Try(file => step = file.Resolve(resolve, from, GroupSize)))
            {
                if (_disk.File is { Counts.UnknownTime: > 0 }) throw new SpoolException($"readings on the disk cannot be given their times now: {_disk.MemoryReason}");
                break;
            }

            total += step.Resolved;
            after = step.Last;
        }

        total += _state.Ring.Resolve(resolve);
        _state.NewestLive = Math.Max(NewestLive, _disk.File?.NewestLive ?? long.MinValue);
        return total;
    }

    /// <summary>How long until <see cref="Upkeep"/> has something to do.</summary>
    public TimeSpan? DueIn()
    {
        if (IsInMemory) return _disk.DueIn();
        var due = _state.Acknowledged.DueIn();
        if (_checkpoints.DueIn() is { } checkpoint && !(due < checkpoint)) due = checkpoint;
        if (_state.Evictions.DueIn() is { } report && !(due < report)) due = report;
        return due;
    }

    /// <summary>Does what is due; true when readings went from memory to the disk.</summary>
    public bool Upkeep()
    {
        if (_state.Evictions.DueIn() == TimeSpan.Zero) _state.Evictions.Report();
        if (IsInMemory) return DueIn() == TimeSpan.Zero && TryReturn();
        if (_state.Acknowledged.DueIn() == TimeSpan.Zero) DeleteAcknowledged();
        if (_checkpoints.DueIn() == TimeSpan.Zero) Checkpoint();
        return false;
    }

    public void Close()
    {
        if (!IsInMemory) _disk.IsInPlace();
        for (var attempt = 1; IsInMemory && attempt <= LastAttempts; attempt++) TryReturn();
        DeleteAcknowledged();
        if (!IsInMemory && _state.ToDeadLetters.Count == 0) _disk.Try(file => file.MarkClean());
        Checkpoint();
        var lost = _state.Ring.Counts.Count + (_disk.File is { Place: SpoolPlace.Elsewhere } gone ? gone.Counts.Count : 0);
        _disk.Close();
        _state.Evictions.Report();
        if (lost > 0) _logger.MemoryLost(lost, _disk.MemoryReason);
    }

    /// <summary>The work ended in an error that nobody expected: what is in memory stays there, and the file is opened again after a while.</summary>
    public void Fail(Exception error) => _disk.Fail(error);

    /// <summary>Null when the disk cannot be used.</summary>
    private InsertResult? TryInsert(List<SpoolRow> rows)
    {
        InsertResult? result = null;
        try
        {
            if (IsInMemory || !_disk.IsInPlace()) return null;
            if (_storage.IsFull(rows.Sum(r => r.Size.Bytes), _options.Value)) _disk.EnterMemory("the partition's free space is down to what is left to others (spool.reserveMegabytes): free some space");
            else _disk.Try(file => result = file.Insert(rows, _state.Acknowledged, _state.InFlight.Contains), isInsert: true);
        }
        catch (Exception e)
        {
            Fail(e);
        }

        if (result is not null) Note(result);
        return result;
    }

    /// <summary>Into the memory; returns those for which there is no room.</summary>
    private HashSet<long> Hold(List<SpoolRow> rows)
    {
        var refused = new HashSet<long>();
        foreach (var row in rows)
        {
            if (_state.Ring.TryAdd(row, _state.InFlight.Contains) is not { } evicted) refused.Add(row.Sequence);
            else _state.Evictions.Note(evicted);
        }

        return refused;
    }

    private bool TryReturn()
    {
        if (!_disk.Reopen()) return false;
        var ring = _state.Ring;
        var rows = ring.Rows.ToList();
        if (_storage.IsFull(ring.Counts.Bytes, _options.Value)) return false;
        InsertResult? result = null;
        if (!_disk.Try(file => result = file.Insert(rows, _state.Acknowledged, _state.InFlight.Contains), isInsert: true)) return false;
        Note(result!);
        var stored = LeaveRing(rows, result!);
        if (ring.Counts.Count > 0) return stored > 0;
        _disk.LeaveMemory();
        _logger.SpoolOnDiskAgain(stored);
        WriteDeadLetters();
        return true;
    }

    /// <summary>The ring is left by what is on disk now, and by what has no room there; returns how many are on disk.</summary>
    private int LeaveRing(List<SpoolRow> rows, InsertResult result)
    {
        var evicted = new List<SpoolRow>();
        var stored = 0;
        foreach (var row in rows)
        {
            var refused = result.Refused.Contains(row.Sequence);
            if (refused && _options.Value.WhenFull == WhenFull.RefuseNew) continue;
            _state.Ring.Remove(row.Sequence);
            if (refused) evicted.Add(row);
            else stored++;
        }

        _state.Evictions.Note(evicted);
        _metrics.Committed.Add(stored);
        return stored;
    }

    private void Note(InsertResult result)
    {
        if (result.AcknowledgedDeleted) _state.Acknowledged.Clear();
        _state.Evictions.Note(result.Evicted);
        if (result.Evicted.Count > 0) _state.Oldest = null;
        AfterWrite();
    }

    private void WriteDeadLetters()
    {
        if (IsInMemory || _state.ToDeadLetters.Count == 0) return;
        var dropped = 0;
        if (!_disk.Try(file => dropped = file.MoveToDeadLetters(_state.ToDeadLetters.Values))) return;
        _state.ToDeadLetters.Clear();
        if (dropped > 0) _logger.DeadLettersDropped(dropped);
        AfterWrite();
    }

    private void DeleteAcknowledged()
    {
        if (_state.Acknowledged.Sequences.Count == 0 || IsInMemory) return;
        if (!_disk.Try(file => file.Delete(_state.Acknowledged.Sequences))) return;
        _state.Acknowledged.Clear();
        AfterWrite();
    }

    private void AfterWrite()
    {
        _checkpoints.NoteWrite();
        if (_disk.File is { } file && CheckpointRule.IsDueAfterWrite(file.LogBytes)) Checkpoint();
    }

    private void Checkpoint()
    {
        // A log that somebody has cut must not go into the file.
        if (IsInMemory || !_disk.IsInPlace()) return;
        _checkpoints.NoteCheckpoint();
        _disk.Try(file =>
        {
            file.GiveBackSpace();
            file.Checkpoint();
        });
    }

    private string Bound(bool durable) => durable
        ? $"the quota of {_quota} bytes is used up (spool.quotaMegabytes)"
        : $"{_options.Value.MemoryReadings} readings are held in memory already (spool.memoryReadings), because {_disk.MemoryReason}";
}
