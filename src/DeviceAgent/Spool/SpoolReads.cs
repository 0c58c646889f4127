using DeviceAgent.Clock;

namespace DeviceAgent.Spool;

/// <summary>Looks at what is stored, on disk and in memory, without changing it.</summary>
internal sealed class SpoolReads(SpoolState state, SpoolRecovery disk, Quarantine quarantine, BootClock clock, long quota)
{
    /// <summary>Acknowledged rows and those on the way to the dead letters do not count.</summary>
    public long Count =>
        disk.Counts.Count - state.Acknowledged.Counts.Count - state.AcknowledgedWhileClosed.Count - state.ToDeadLetters.Count(l => l.Value.HasRow) + state.Ring.Counts.Count;

    public IReadOnlyList<SpoolRecord> Peek(SpoolQuery query)
    {
        var except = state.Numbers.Current(query.Except);
        bool IsHidden(long sequence) => state.IsGone(sequence) || except?.Contains(sequence) == true;
        var onDisk = new List<SpoolRecord>();
        disk.Try(file =>
        {
            onDisk.Clear();
            onDisk.AddRange(file.Read(query, IsHidden).Take(query.Max).Select(r => r.ToRecord(clock)));
        });
        if (state.Ring.Counts.Count == 0) return Noted(onDisk);
        var inMemory = Ranked(state.Ring.Read(query.Order).Where(r => r.Sequence > query.After && !IsHidden(r.Sequence)), r => r.Class)
            .Take(query.Max).Select(r => r.ToRecord(clock));
        return Noted([.. Ranked(query.Order == SpoolOrder.OldestFirst ? onDisk.Concat(inMemory) : inMemory.Concat(onDisk), r => r.Class).Take(query.Max)]);

        IReadOnlyList<SpoolRecord> Noted(List<SpoolRecord> records)
        {
            if (except is not null) state.InFlight = [.. except, .. records.Select(r => r.Sequence)];
            return records;
        }

        IEnumerable<T> Ranked<T>(IEnumerable<T> records, Func<T, SpoolClass> classOf) =>
            query.CriticalFirst ? records.OrderByDescending(r => classOf(r) == SpoolClass.Critical) : records;
    }

    public IReadOnlyList<DeadLetter> DeadLetters(long afterId, int max) => disk.Need(file => file.DeadLetters.Read(afterId, max));

    public SpoolStatus Status()
    {
        if (state.Oldest is null && Count > 0) disk.Try(file => state.Oldest = file.Oldest(state.IsGone));
        var oldest = state.Oldest ?? state.Ring.Rows.FirstOrDefault();
        return new SpoolStatus
        {
            Count = Count,
            CountByClass = disk.Counts.ByClass + state.Ring.Counts.ByClass - state.Acknowledged.Counts.ByClass,
            UnknownTime = disk.Counts.UnknownTime + state.Ring.Counts.UnknownTime,
            Bytes = disk.Counts.Bytes + state.Ring.Counts.Bytes,
            QuotaBytes = quota,
            OldestAge = oldest is { Mono: { } mono } && oldest.BootId == clock.BootId ? TimeSpan.FromMilliseconds(clock.Milliseconds - mono) : null,
            DeadLetters = (disk.File?.DeadLetters.Count ?? 0) + state.ToDeadLetters.Count,
            OnDisk = disk.MemoryReason is null,
            IsReadable = disk.File is not null,
            MemoryReason = disk.MemoryReason,
            InMemory = state.Ring.Counts.Count,
            Evicted = state.Evictions.Total.ByClass,
            Salvaged = quarantine.Salvaged,
            Quarantined = quarantine.Files,
        };
    }
}
