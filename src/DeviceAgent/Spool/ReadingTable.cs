using Microsoft.Data.Sqlite;

namespace DeviceAgent.Spool;

/// <summary>The table of readings. Nothing here begins or ends a transaction.</summary>
internal sealed class ReadingTable(SqliteConnection connection) : IDisposable
{
    private readonly SqliteCommand _insert = connection.Prepare(
        $"INSERT INTO readings ({StoredRow.Columns}) VALUES ($seq, $class, $ts, $boot_id, $mono, $crc, $payload)");

    private readonly SqliteCommand _delete = connection.Prepare("DELETE FROM readings WHERE seq = $seq");
    private readonly SqliteCommand _sizeOf = connection.Prepare("SELECT class, length(payload), ts IS NULL FROM readings WHERE seq = $seq");

    public void Insert(SpoolRow row) => _insert.Bind(
        ("$seq", row.Sequence), ("$class", (int)row.Class), ("$ts", row.Timestamp), ("$boot_id", row.BootId), ("$mono", row.Mono), ("$crc", row.Checksum), ("$payload", row.Payload))
        .ExecuteNonQuery();

    /// <summary>Deletes a row; null when it was not there.</summary>
    public RowSize? Delete(long sequence)
    {
        if (SizeOf(sequence) is not { } size) return null;
        _delete.Bind(("$seq", sequence)).ExecuteNonQuery();
        return size;
    }

    public RowSize? SizeOf(long sequence)
    {
        using var reader = _sizeOf.Bind(("$seq", sequence)).ExecuteReader();
        return reader.Read() ? ToSize(reader, 0) : null;
    }

    /// <summary>Rows of a class, oldest first, from a row on.</summary>
    public IEnumerable<(long Sequence, RowSize Size)> OldestOf(SpoolClass @class, long from)
    {
        using var command = connection.Prepare(
            "SELECT seq, class, length(payload), ts IS NULL FROM readings WHERE seq >= $from AND class = $class ORDER BY seq", ("$from", from), ("$class", (int)@class));
        using var reader = command.ExecuteReader();
        while (reader.Read()) yield return (reader.GetInt64(0), ToSize(reader, 1));
    }

    /// <summary>Rows whose time is known, from one end, without those that are hidden; the critical ones, which have an index, come first when that is asked for.</summary>
    public IEnumerable<(SpoolRow Row, bool IsSound)> Read(SpoolQuery query, Func<long, bool> isHidden) => query.CriticalFirst
        ? Read("class = 1", query, isHidden).Concat(Read("class <> 1", query, isHidden))
        : Read("TRUE", query, isHidden);

    private IEnumerable<(SpoolRow Row, bool IsSound)> Read(string classes, SpoolQuery query, Func<long, bool> isHidden)
    {
        var direction = query.Order == SpoolOrder.OldestFirst ? "" : " DESC";
        using var command = connection.Prepare(
            $"SELECT {StoredRow.Columns} FROM readings WHERE {classes} AND seq > $after AND ts IS NOT NULL ORDER BY seq{direction}", ("$after", query.After));
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            if (!isHidden(reader.GetInt64(0))) yield return StoredRow.Read(reader);
        }
    }

    /// <summary>The oldest row that is not hidden, without its payload.</summary>
    public SpoolRow? Oldest(Func<long, bool> isHidden)
    {
        using var command = connection.Prepare("SELECT seq, boot_id, mono FROM readings ORDER BY seq");
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            if (!isHidden(reader.GetInt64(0))) return new SpoolRow(reader.GetInt64(0), SpoolClass.Normal, null, reader.GetValue(1) as string ?? "", StoredRow.Monotonic(reader.GetValue(2)), []);
        }

        return null;
    }

    /// <summary>Rows whose time is not known, behind a row, in order.</summary>
    public List<(SpoolRow Row, bool IsSound)> ReadUnknownTime(long after, int max)
    {
        using var command = connection.Prepare(
            $"SELECT {StoredRow.Columns} FROM readings WHERE ts IS NULL AND seq > $after ORDER BY seq LIMIT $max", ("$after", after), ("$max", max));
        using var reader = command.ExecuteReader();
        var rows = new List<(SpoolRow, bool)>();
        while (reader.Read()) rows.Add(StoredRow.Read(reader));
        return rows;
    }

    /// <summary>The boots of the rows whose time is not known, from the oldest to the newest.</summary>
    public List<UnresolvedBoot> UnresolvedBoots()
    {
        using var command = connection.Prepare("SELECT boot_id, max(mono) FROM readings WHERE ts IS NULL GROUP BY boot_id ORDER BY min(seq)");
        using var reader = command.ExecuteReader();
        var boots = new List<UnresolvedBoot>();
        while (reader.Read()) boots.Add(new UnresolvedBoot(reader.GetValue(0) as string ?? "", TimeSpan.FromMilliseconds(StoredRow.Monotonic(reader.GetValue(1)) ?? 0)));
        return boots;
    }

    /// <summary>The checksum of a row that is not sound is made wrong for good.</summary>
    public void SetTime(SpoolRow row, bool isSound) => connection.Execute(
        "UPDATE readings SET ts = $ts, crc = $crc, payload = $payload WHERE seq = $seq",
        ("$payload", row.Payload), ("$ts", row.Timestamp), ("$crc", isSound ? row.Checksum : ~row.Checksum), ("$seq", row.Sequence));

    /// <summary>Counts all rows, which reads the whole table.</summary>
    public RowCounts Count()
    {
        var tally = new RowCounts();
        var (low, critical) = ((int)SpoolClass.Low, (int)SpoolClass.Critical);
        using var command = connection.Prepare($"SELECT count(*), total(length(payload)), total(ts IS NULL), total(class = {low}), total(class = {critical}) FROM readings");
        using var reader = command.ExecuteReader();
        if (!reader.Read()) return tally;
        var (count, lows, criticals) = (reader.GetInt64(0), (long)reader.GetDouble(3), (long)reader.GetDouble(4));
        tally.Add(SpoolClass.Low, lows, 0, 0);
        tally.Add(SpoolClass.Critical, criticals, 0, 0);
        tally.Add(SpoolClass.Normal, count - lows - criticals, (long)reader.GetDouble(1) + (count * RowSize.BytesOf(0)), (long)reader.GetDouble(2));
        return tally;
    }

    public void Dispose()
    {
        _insert.Dispose();
        _delete.Dispose();
        _sizeOf.Dispose();
    }

    private static RowSize ToSize(SqliteDataReader reader, int at) =>
        new((SpoolClass)(int)(reader.GetValue(at) as long? ?? 0), RowSize.BytesOf(reader.GetValue(at + 1) as long? ?? 0), reader.GetInt64(at + 2) != 0);
}
