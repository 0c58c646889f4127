using DeviceAgent.Settings;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Spool;

/// <summary>
/// Sets a damaged file aside, never deletes it, and makes a new one of its sound rows. The new file is complete before the old one is
/// moved, so a crash on the way loses nothing: the next start does it again.
/// </summary>
internal sealed class Quarantine(SpoolMedium medium, LiveOptions<SpoolOptions> options, TimeProvider time, ILogger logger)
{
    private const int RowsAtOnce = 500;

    private static readonly string[] Companions = ["-wal", "-shm", "-journal"];

    private string SalvagePath => Path.ChangeExtension(medium.Path, ".salvage.db");

    /// <summary>Damaged files since the start.</summary>
    public long Files { get; private set; }

    /// <summary>Readings and dead letters that were saved from them.</summary>
    public long Salvaged { get; private set; }

    /// <summary>Puts the new file in its place when a crash came between the two moves.</summary>
    public void FinishInterrupted()
    {
        if (!File.Exists(SalvagePath)) return;
        if (File.Exists(medium.Path)) Remove(SalvagePath);
        else MoveIn(FreeName());
    }

    /// <exception cref="Microsoft.Data.Sqlite.SqliteException">The new file cannot be written; the damaged one is where it was.</exception>
    /// <exception cref="IOException">The files cannot be moved.</exception>
    public void Replace(string problem)
    {
        Remove(SalvagePath);
        var (readings, deadLetters) = Salvage();
        var aside = FreeName();
        File.Move(medium.Path, aside);
        MoveIn(aside);
        Files++;
        Salvaged += readings + deadLetters;
        logger.SpoolSetAside(medium.Path, problem, aside, readings, deadLetters);
    }

    private (long Readings, long DeadLetters) Salvage()
    {
        var (readings, deadLetters) = (0L, 0L);
        using var target = new SpoolFile(medium with { Path = SalvagePath }, options);
        using (var source = DamagedFile.TryOpen(medium.Path))
        {
            if (source is not null)
            {
                target.AdoptNewest(source.Mark(Marks.NewestLive), source.Mark(Marks.NewestLiveSequence));
                foreach (var rows in source.Readings().Chunk(RowsAtOnce))
                {
                    target.Adopt(rows);
                    readings += rows.Length;
                }

                foreach (var letters in source.DeadLetters().Chunk(RowsAtOnce))
                {
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
    private void MoveIn(string aside)
    {
        foreach (var companion in Companions.Where(c => File.Exists(medium.Path + c))) File.Move(medium.Path + companion, aside + companion);
        File.Move(SalvagePath, medium.Path);
    }

    private string FreeName()
    {
        var stem = Path.ChangeExtension(medium.Path, null) + $".corrupt-{time.GetUtcNow():yyyyMMdd'T'HHmmss'Z'}";
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
