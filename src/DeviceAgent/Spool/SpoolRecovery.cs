using DeviceAgent.Clock;
using DeviceAgent.Diagnostics;
using DeviceAgent.Settings;
using DeviceAgent.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Spool;

/// <summary>
/// The file while it can be used, and the way back to it after a fault: what can be repaired is repaired and the work done again,
/// else readings are held in memory until the file can be opened.
/// </summary>
internal sealed class SpoolRecovery(
    SpoolState state, SpoolStorage storage, Quarantine quarantine, LiveOptions<SpoolOptions> options, BootClock clock, AgentMetrics metrics, ILogger logger)
{
    /// <summary>Between attempts to go back to the disk.</summary>
    private static readonly TimeSpan RetryPeriod = TimeSpan.FromSeconds(10);

    private readonly SpoolDisk _disk = new(storage, options, quarantine);

    /// <summary>Why the lock is not held, as it was last said.</summary>
    private string? _saidOfLock;

    /// <summary>Why a new file could not be made, as it was last said.</summary>
    private string? _saidOfRenewal;

    /// <summary>What no fault of a disk explains, as it was last said.</summary>
    private string? _saidUnexpected;

    /// <summary>What the file held when it was closed after a fault.</summary>
    private RowCounts _closedWith = new();

    /// <summary>From here on an insert failed that may be on the medium all the same.</summary>
    private long? _inDoubtFrom;

    private long _failedAt;

    /// <summary>Null while it cannot be opened.</summary>
    public SpoolFile? File => _disk.File;

    /// <summary>Of the file, or what it held when it was closed.</summary>
    public RowCounts Counts => _disk.File?.Counts ?? _closedWith;

    /// <summary>Why readings are held in memory; null while they go to the disk.</summary>
    public string? MemoryReason { get; private set; }

    /// <summary>How long until the next attempt to go back to the disk.</summary>
    public TimeSpan DueIn()
    {
        var left = RetryPeriod - clock.Time.GetElapsedTime(_failedAt);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    /// <summary>For the first time; false when readings are held in memory now.</summary>
    /// <exception cref="SpoolException">Another process has the file open, or a newer agent wrote it.</exception>
    public bool Open()
    {
        try
        {
            storage.Hold();
            Examine();
            Reconcile(_disk.Open());
            return true;
        }
        catch (Exception e) when (e is not SpoolException)
        {
            EnterMemory(Explain(e));
            return false;
        }
    }

    /// <summary>Opens the file again, unless it is open and in its place.</summary>
    public bool Reopen()
    {
        _failedAt = clock.Time.GetTimestamp();
        if (_disk.File is not { } file) return _disk.IsReplaced ? TryRenew(null) : TryOpen(_disk.Reopen);
        switch (file.Place)
        {
            case SpoolPlace.Elsewhere:
                return TryRenew(file);
            case SpoolPlace.LogElsewhere:
                _closedWith = file.Counts;

                // The file gets what it lacks while the log that has no name any more is still open.
                return TryOpen(() =>
                {
                    file.EmptyLog();
                    return _disk.Reopen();
                });
            case SpoolPlace.Cut:
                _closedWith = file.Counts;
                return TryOpen(() => _disk.Replace("another program has cut it or its log short"));
            default:
                return true;
        }
    }

    /// <summary>
    /// Whether what is committed lies where a next start will look for it; when it does not, a new file is due at once. Looked at before anything is written, and
    /// before it is called durable.
    /// </summary>
    public bool IsInPlace()
    {
        Examine();
        if (_disk.File?.Place is not { } place || place == SpoolPlace.Kept) return true;
        var what = place == SpoolPlace.Cut ? "or its log was cut short" : "or its folder was removed, moved or replaced";
        EnterMemory($"'{storage.Path}' {what} while the agent runs; it is made anew, and gets what the agent still has of it");
        _failedAt = clock.Time.GetTimestamp() - (long)(RetryPeriod.TotalSeconds * clock.Time.TimestampFrequency);
        return false;
    }

    /// <summary>
    /// A file that was removed or moved is still open: what it holds goes into a new one in its place. Until that is there, the old one goes on being uploaded.
    /// </summary>
    /// <param name="gone">Null when it is closed since a fault, and another file is in its place now: what it held is not to be had any more.</param>
    private bool TryRenew(SpoolFile? gone)
    {
        try
        {
            storage.Hold();
            if (gone is not null) Settle(gone);
            var expected = gone?.Counts.Count ?? (_closedWith.Count - state.Acknowledged.Counts.Count - state.ToDeadLetters.Values.Count(l => l.HasRow));
            var (sequences, offset, deadLetters) = _disk.Renew(gone, state.Numbers.Next);
            state.Numbers.Move(sequences, offset);
            Forget();
            if (expected > sequences.Count) logger.ReadingsLost(expected - sequences.Count);
            if (gone is not null) logger.SpoolRenewed(storage.Path, sequences.Count, deadLetters);
            Reconcile(_disk.Open());
            _saidOfRenewal = null;
            return true;
        }
        catch (Exception e)
        {
            var problem = Explain(e);
            if (_saidOfRenewal != problem) logger.StateDirectoryProblem($"the spool cannot be made anew: {problem}");
            _saidOfRenewal = problem;
            return false;
        }
    }

    private void Settle(SpoolFile gone)
    {
        gone.MoveToDeadLetters(state.ToDeadLetters.Values);
        state.ToDeadLetters.Clear();
        gone.Delete(state.Acknowledged.Sequences);
        state.Acknowledged.Clear();
    }

    /// <summary>What is known of rows by their number in a file that is not there any more means nothing in the new one.</summary>
    private void Forget()
    {
        foreach (var (sequence, (letter, _)) in state.ToDeadLetters.ToList()) state.ToDeadLetters[sequence] = (letter, HasRow: false);
        state.Acknowledged.Clear();
        state.AcknowledgedWhileClosed.Clear();
        _closedWith = new RowCounts();
        _inDoubtFrom = null;
    }

    /// <summary>False when it cannot be opened now; it is closed then.</summary>
    private bool TryOpen(Func<SpoolFile> open)
    {
        try
        {
            Reconcile(open());
            return true;
        }
        catch (Exception e)
        {
            _ = Explain(e);
            _disk.Close();
            return false;
        }
    }

    /// <summary>A lock that was removed is taken again.</summary>
    private static string? ProblemOfLock(StateDirectory directory)
    {
        try
        {
            directory.Hold();
            return directory.Problem;
        }
        catch (StateDirectoryInUseException e)
        {
            return e.Message;
        }
    }

    /// <summary>Says what is wrong with owner and rights of the state directory when that has changed.</summary>
    private void Examine()
    {
        if (storage.Directory is not { } directory) return;
        var unheld = ProblemOfLock(directory);
        if (unheld is not null && unheld != _saidOfLock) logger.StateDirectoryProblem($"it cannot be locked against a second agent: {unheld}");
        _saidOfLock = unheld;
        foreach (var problem in directory.Examine()) logger.StateDirectoryProblem(problem);
    }

    public void Close() => _disk.Close();

    /// <summary>The work of the spool ended in an error that nobody expected: the file is closed, and opened again after a while.</summary>
    public void Fail(Exception error)
    {
        _closedWith = Counts;
        _inDoubtFrom ??= _disk.File?.Next;
        _disk.Close();
        EnterMemory(Explain(error));
    }

    public void EnterMemory(string problem)
    {
        _failedAt = clock.Time.GetTimestamp();
        if (MemoryReason is not null) return;
        MemoryReason = problem;
        logger.SpoolInMemory(options.Value.MemoryReadings, problem);
    }

    /// <summary>From now on readings go to the disk.</summary>
    public void LeaveMemory() => MemoryReason = null;

    /// <exception cref="SpoolException">The file cannot be used now.</exception>
    public T Need<T>(Func<SpoolFile, T> work)
    {
        var result = default(T);
        if (!Try(file => result = work(file))) throw new SpoolException($"the spool's file cannot be used now: {MemoryReason}");
        return result!;
    }

    /// <summary>Works on the file; false when that cannot be done now. After a fault that can be repaired it is tried a second time.</summary>
    public bool Try(Action<SpoolFile> work, bool isInsert = false)
    {
        for (var attempt = 1; _disk.File is { } file; attempt++)
        {
            var commits = file.Commits;
            try
            {
                work(file);
                return true;
            }
            catch (Exception e) when (IsOfTheDisk(e))
            {
                var problem = Explain(e);
                var fault = SpoolFaults.Of(e);
                if (fault == SpoolFault.Unusable || !TryRepair(file, fault, problem, isInsert) || attempt > 1)
                {
                    EnterMemory(problem);
                    return false;
                }
            }
            finally
            {
                metrics.Commits.Add(file.Commits - commits);
            }
        }

        return false;
    }

    private bool TryRepair(SpoolFile file, SpoolFault fault, string problem, bool isInsert)
    {
        _closedWith = file.Counts;
        if (isInsert) _inDoubtFrom = file.Next;
        return TryOpen(fault == SpoolFault.Damaged ? () => _disk.Replace(problem) : _disk.Reopen);
    }

    /// <summary>A file that was opened is brought in line with what is known of it.</summary>
    private void Reconcile(SpoolFile file)
    {
        if (_inDoubtFrom is { } from) file.DropFrom(from);
        NoteMissing(file, inDoubt: _inDoubtFrom is not null);
        _inDoubtFrom = null;
        state.Numbers.Rebase(file.Next, state.Ring);
        state.InFlight = [.. state.InFlight.Select(state.Numbers.Current)];
        state.NewestLive = Math.Max(state.NewestLive, file.NewestLive);
        state.Oldest = null;
        _closedWith = new RowCounts();
        var unseen = state.AcknowledgedWhileClosed.Select(state.Numbers.Current).ToList();
        state.AcknowledgedWhileClosed.Clear();
        foreach (var sequence in unseen)
        {
            if (file.SizeOf(sequence) is { } size) state.Acknowledged.Add(sequence, size);
        }
    }

    /// <summary>
    /// Rows that were there and are not any more: acknowledged ones that were deleted after all, those that gave way in a transaction
    /// that was thought to have failed, or those that a damaged medium has lost.
    /// </summary>
    private void NoteMissing(SpoolFile file, bool inDoubt)
    {
        var missing = new RowCounts();
        missing.Add(_closedWith);
        missing.Add(file.Counts, -1);
        foreach (var sequence in state.Acknowledged.Sequences.Where(s => file.SizeOf(s) is null).ToList()) missing.Remove(state.Acknowledged.Remove(sequence));
        if (missing.Count <= 0) return;
        if (inDoubt) state.Evictions.Note(missing);
        else logger.ReadingsLost(missing.Count);
    }

    private static bool IsOfTheDisk(Exception e) => e is SqliteException or SpoolException or SpoolDamagedException or IOException or UnauthorizedAccessException;

    /// <summary>In words for people; what no fault of a disk explains is logged with all that is known of it.</summary>
    private string Explain(Exception error)
    {
        if (error is SqliteException e) return SpoolConnection.Explain(storage.Path, e).Message;
        if (IsOfTheDisk(error)) return error.Message;
        var problem = $"the spool '{storage.Path}' met what nobody expected ({error.GetType().Name}: {error.Message})";
        if (_saidUnexpected != problem) logger.SpoolUnexpected(error);
        return _saidUnexpected = problem;
    }
}

/// <summary>Opens, replaces and closes the file.</summary>
internal sealed class SpoolDisk(SpoolStorage storage, LiveOptions<SpoolOptions> options, Quarantine quarantine)
{
    /// <summary>Which file was closed; null where there was none, or that could not be told.</summary>
    private FileStatus? _closed;

    /// <summary>Null while it cannot be opened.</summary>
    public SpoolFile? File { get; private set; }

    /// <summary>Whether another file lies where the one was that is closed.</summary>
    public bool IsReplaced => _closed is { } closed && FileStatus.Of(storage.Path) is { } there && !there.IsSame(closed);

    /// <summary>A damaged file is replaced by a new one with its sound rows.</summary>
    /// <exception cref="SpoolException">Another process has it open, or a newer agent wrote it.</exception>
    /// <exception cref="SqliteException">It cannot be opened.</exception>
    /// <exception cref="IOException">A damaged file cannot be moved.</exception>
    public SpoolFile Open()
    {
        quarantine.FinishInterrupted();
        if (WhatIsWrong() is { } problem) ReplaceDamaged(problem);
        var hasLost = quarantine.KeepDamagedLog();
        try
        {
            File = new SpoolFile(storage, options);

            // What is kept aside need not be found again at the next start.
            if (hasLost) File.EmptyLog();
        }
        catch (SpoolDamagedException e)
        {
            ReplaceDamaged(e.Message);
        }
        catch (SqliteException e) when (SpoolFaults.Of(e) == SpoolFault.Damaged)
        {
            ReplaceDamaged(e.Message);
        }

        return File ??= new SpoolFile(storage, options);
    }

    /// <summary>As <see cref="Quarantine.Renew"/>. The new file is to be opened; when this throws, the old one is what there is, as before.</summary>
    public (IReadOnlyList<long> Sequences, long Offset, long DeadLetters) Renew(SpoolFile? gone, long next)
    {
        var adopted = quarantine.Renew(gone, next);
        (File, _closed) = (null, null);
        gone?.Abandon();
        return adopted;
    }

    /// <summary>After a failed operation of the disk: what the connection believes to be written may not be.</summary>
    public SpoolFile Reopen()
    {
        Close();
        var file = Open();

        // What the log holds was perhaps never on the medium: it is written once more, into the file itself.
        file.EmptyLog();
        return file;
    }

    /// <summary>After damage was found on the way.</summary>
    public SpoolFile Replace(string problem)
    {
        Close(f => f.Abandon());
        ReplaceDamaged(problem);
        return Open();
    }

    public void Close() => Close(f => f.Dispose());

    private void Close(Action<SpoolFile> close)
    {
        if (File is not { } file) return;
        _closed = file.Identity;
        File = null;
        close(file);
    }

    /// <summary>The new file has the numbers of the old one.</summary>
    private void ReplaceDamaged(string problem)
    {
        quarantine.Replace(problem);
        _closed = null;
    }

    /// <summary>SQLite would take an empty file for a new one, and remove the log that it finds beside it.</summary>
    private string? WhatIsWrong() => new FileInfo(storage.Path) switch
    {
        { Exists: true, Length: 0 } => "it has no content",
        { Exists: false } when new FileInfo(SpoolConnection.LogOf(storage.Path)) is { Exists: true, Length: > 0 } => "it is gone, and its log is there",
        _ => null,
    };
}
