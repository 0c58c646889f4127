using Microsoft.Data.Sqlite;

namespace DeviceAgent.Spool;

/// <summary>
/// Remembers the newest timestamp that a live reading was stored with, also when its row is gone. It is written with the deletions
/// and now and then between them; after a crash the few rows behind the mark tell the rest.
/// </summary>
internal sealed class NewestLiveMark
{
    private const string TimestampName = "newest_live";
    private const string SequenceName = "newest_live_seq";

    /// <summary>So many rows behind the mark are searched at most when the spool is opened after a crash.</summary>
    private const int RowsBetweenMarks = 500;

    private readonly SqliteConnection _connection;

    public NewestLiveMark(SqliteConnection connection)
    {
        _connection = connection;
        UpTo = Scalar($"SELECT value FROM marks WHERE name = '{SequenceName}'") ?? 0;
        var marked = Scalar($"SELECT value FROM marks WHERE name = '{TimestampName}'") ?? long.MinValue;
        var behind = Scalar($"SELECT max(ts) FROM readings WHERE seq > {UpTo} AND mono IS NOT NULL") ?? long.MinValue;
        Newest = Math.Max(marked, behind);
    }

    /// <summary>In ms since 1970; <see cref="long.MinValue"/> when there was none.</summary>
    public long Newest { get; set; }

    /// <summary>The sequence number of the last row that the mark covers.</summary>
    public long UpTo { get; private set; }

    public bool IsDue(long sequence) => sequence - UpTo >= RowsBetweenMarks;

    /// <summary>Writes the mark within a transaction; call <see cref="Covers"/> when that is committed.</summary>
    public void Save(long newest, long sequence, SqliteTransaction transaction)
    {
        foreach (var (name, value) in new[] { (TimestampName, newest), (SequenceName, sequence) })
        {
            using var save = _connection.CreateCommand();
            save.Transaction = transaction;
            save.CommandText = "INSERT INTO marks (name, value) VALUES ($name, $value) ON CONFLICT DO UPDATE SET value = $value";
            save.Parameters.AddWithValue("$name", name);
            save.Parameters.AddWithValue("$value", value);
            save.ExecuteNonQuery();
        }
    }

    public void Covers(long sequence) => UpTo = sequence;

    private long? Scalar(string sql)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar() is long value ? value : null;
    }
}
