using Microsoft.Data.Sqlite;

namespace DeviceAgent.Spool;

/// <summary>The table of readings that can never be accepted. Nothing here begins or ends a transaction.</summary>
internal sealed class DeadLetterTable(SqliteConnection connection)
{
    public const string Columns = "id, seq, ts, set_aside_at, reason, payload, class, crc";

    public long Count { get; set; }

    public long Bytes { get; set; }

    public void Recount()
    {
        Count = connection.Number("SELECT count(*) FROM dead_letters") ?? 0;
        Bytes = (connection.Number("SELECT sum(length(payload)) FROM dead_letters") ?? 0) + (Count * RowSize.BytesOf(0));
    }

    public void Insert(NewDeadLetter letter)
    {
        connection.Execute(
            "INSERT INTO dead_letters (seq, ts, set_aside_at, reason, payload, class, crc) VALUES ($seq, $ts, $at, $reason, $payload, $class, $crc)",
            ("$seq", letter.Row.Sequence),
            ("$ts", letter.Row.Timestamp ?? 0),
            ("$at", letter.At),
            ("$reason", letter.Reason),
            ("$payload", letter.Row.Payload.ToArray()),
            ("$class", (int)letter.Row.Class),
            ("$crc", letter.Row.Checksum));
        Count++;
        Bytes += RowSize.BytesOf(letter.Row.Payload.Length);
    }

    /// <summary>Deletes the oldest until the bounds are kept; returns how many.</summary>
    public int Trim(long maxCount, long maxBytes)
    {
        var trimmed = 0;
        while (Count > 0 && (Count > maxCount || Bytes > maxBytes))
        {
            var oldest = connection.Number("SELECT min(id) FROM dead_letters");
            if (oldest is null) break;
            Delete(oldest.Value);
            trimmed++;
        }

        return trimmed;
    }

    public List<DeadLetter> Read(long afterId, int max) => [.. ReadRows(afterId, max).Select(l => ToDeadLetter(l.Id, l.Letter))];

    public IEnumerable<(long Id, NewDeadLetter Letter)> ReadRows(long afterId, int max)
    {
        using var command = connection.Prepare($"SELECT {Columns} FROM dead_letters WHERE id > $id ORDER BY id LIMIT $max", ("$id", afterId), ("$max", max));
        using var reader = command.ExecuteReader();
        while (reader.Read()) yield return (reader.GetInt64(0), ToLetter(reader));
    }

    /// <summary>The row of <see cref="Columns"/>.</summary>
    public static NewDeadLetter ToLetter(SqliteDataReader reader)
    {
        var row = new SpoolRow(
            reader.GetValue(1) as long? ?? 0, (SpoolClass)(int)(reader.GetValue(6) as long? ?? 0), reader.GetValue(2) as long? ?? 0, "", null, reader.GetValue(5) as byte[] ?? []);
        return new NewDeadLetter(row, reader.GetValue(4) as string ?? "", reader.GetValue(3) as long? ?? 0);
    }

    public void Delete(long id)
    {
        var bytes = connection.Number("SELECT length(payload) FROM dead_letters WHERE id = $id", ("$id", id));
        if (bytes is null) return;
        connection.Execute("DELETE FROM dead_letters WHERE id = $id", ("$id", id));
        Count--;
        Bytes -= RowSize.BytesOf(bytes.Value);
    }

    private static DeadLetter ToDeadLetter(long id, NewDeadLetter letter) => new(
        id, letter.Row.Sequence, DateTimeOffset.FromUnixTimeMilliseconds(letter.Row.Timestamp ?? 0), DateTimeOffset.FromUnixTimeMilliseconds(letter.At), letter.Reason, letter.Row.Payload);
}

/// <summary>A reading on its way to the dead letters.</summary>
/// <param name="Row">The reading.</param>
/// <param name="Reason">Why it cannot be accepted.</param>
/// <param name="At">When that was found, in ms since 1970.</param>
internal sealed record NewDeadLetter(SpoolRow Row, string Reason, long At);
