using Microsoft.Data.Sqlite;

namespace DeviceAgent.Spool;

/// <summary>The table of single numbers.</summary>
internal sealed class Marks(SqliteConnection connection)
{
    /// <summary>The schema's version, a second time: a file whose header says something else is damaged.</summary>
    public const string Version = "version";

    /// <summary>1 when the file was closed in good order and not written since: the counts below hold.</summary>
    public const string Clean = "clean";

    /// <summary>The newest timestamp that a live reading was ever stored with.</summary>
    public const string NewestLive = "newest_live";

    /// <summary>The last row that <see cref="NewestLive"/> covers.</summary>
    public const string NewestLiveSequence = "newest_live_seq";

    private const string DeadLetters = "dead_letters";
    private const string DeadLetterBytes = "dead_letter_bytes";

    public long? this[string name]
    {
        get => connection.Number("SELECT value FROM marks WHERE name = $name", ("$name", name));
        set => connection.Execute("INSERT INTO marks (name, value) VALUES ($name, $value) ON CONFLICT DO UPDATE SET value = $value", ("$name", name), ("$value", value));
    }

    public void Save(Tally readings, long deadLetters, long deadLetterBytes)
    {
        foreach (var @class in Tally.LowestFirst) this[$"count_{(int)@class}"] = readings.CountOf(@class);
        this["bytes"] = readings.Bytes;
        this["unknown_time"] = readings.UnknownTime;
        this[DeadLetters] = deadLetters;
        this[DeadLetterBytes] = deadLetterBytes;
    }

    public (Tally Readings, long DeadLetters, long DeadLetterBytes) Load()
    {
        var tally = new Tally();
        foreach (var @class in Tally.LowestFirst) tally.Add(@class, this[$"count_{(int)@class}"] ?? 0, 0, 0);
        tally.Add(SpoolClass.Normal, 0, this["bytes"] ?? 0, this["unknown_time"] ?? 0);
        return (tally, this[DeadLetters] ?? 0, this[DeadLetterBytes] ?? 0);
    }
}
