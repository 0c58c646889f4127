using Microsoft.Data.Sqlite;

namespace DeviceAgent.Spool;

/// <summary>Moves the readings of a file of version 1 or 2, which had a row for each, into blocks. A part at a time: a full spool needs no second place, and a crash on the way loses nothing.</summary>
internal static class RowMigration
{
    /// <param name="connection">To the file.</param>
    /// <param name="progress">Called again and again.</param>
    /// <exception cref="SpoolDamagedException">A row is not what was written.</exception>
    public static void Run(SqliteConnection connection, Action progress)
    {
        if (!HasRows(connection)) return;
        using var blocks = new BlockTable(connection);
        while (true)
        {
            progress();
            var rows = Rows(connection).InParts().FirstOrDefault() ?? [];
            connection.Transact(() =>
            {
                if (rows.Count == 0)
                {
                    connection.Execute("DROP TABLE readings");
                    return;
                }

                blocks.Insert(rows);
                connection.Execute("DELETE FROM readings WHERE seq <= $seq", ("$seq", rows[^1].Sequence));
            });
            if (rows.Count == 0) return;
            connection.Execute("PRAGMA wal_checkpoint(PASSIVE)");
        }
    }

    /// <summary>Whether the file still has rows of an older version.</summary>
    public static bool HasRows(SqliteConnection connection) => connection.Number("SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'readings'") > 0;

    private static IEnumerable<SpoolRow> Rows(SqliteConnection connection)
    {
        using var command = connection.Prepare($"SELECT {StoredRow.Columns} FROM readings ORDER BY seq");
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            var (row, isSound) = StoredRow.Read(reader);
            if (!isSound) throw new SpoolDamagedException($"the checksum of reading {row.Sequence} does not match");
            yield return row;
        }
    }
}

/// <summary>How much is copied at once, whatever the readings' size.</summary>
internal static class SpoolParts
{
    private const int Rows = 2000;

    private const int Bytes = 1024 * 1024;

    public static IEnumerable<IReadOnlyList<SpoolRow>> InParts(this IEnumerable<SpoolRow> rows)
    {
        var (part, bytes) = (new List<SpoolRow>(), 0L);
        foreach (var row in rows)
        {
            part.Add(row);
            bytes += row.Payload.Length;
            if (part.Count < Rows && bytes < Bytes) continue;
            yield return part;
            (part, bytes) = ([], 0);
        }

        if (part.Count > 0) yield return part;
    }
}
