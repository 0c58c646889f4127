using DeviceAgent.Clock;
using Microsoft.Data.Sqlite;

namespace DeviceAgent.Spool;

/// <summary>A row as the medium gives it back: anything may have happened to it.</summary>
internal static class StoredRow
{
    public const string Columns = "seq, class, ts, boot_id, mono, crc, payload";

    private static readonly long Earliest = DateTimeOffset.MinValue.ToUnixTimeMilliseconds();
    private static readonly long Latest = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    /// <summary>The row of <see cref="Columns"/>, and whether it is what was once written; what is of the wrong kind is replaced by nothing.</summary>
    public static (SpoolRow Row, bool IsSound) Read(SqliteDataReader reader)
    {
        var sound = reader.GetValue(1) is long & reader.GetValue(5) is long & reader.GetValue(6) is byte[] & reader.GetValue(3) is string;
        var timestamp = reader.GetValue(2) as long?;
        if (timestamp < Earliest || timestamp > Latest) (sound, timestamp) = (false, null);
        var row = new SpoolRow(
            reader.GetInt64(0),
            (SpoolClass)(int)(reader.GetValue(1) as long? ?? 0),
            timestamp,
            reader.GetValue(3) as string ?? "",
            reader.GetValue(4) as long?,
            reader.GetValue(6) as byte[] ?? []);
        return (row, sound && reader.GetValue(5) is long crc && (uint)crc == row.Checksum);
    }

    public static SpoolRecord ToRecord(SpoolRow row, bool isSound, BootClock clock)
    {
        TimeSpan? age = row.Mono is { } mono && row.BootId == clock.BootId ? TimeSpan.FromMilliseconds(clock.Milliseconds - mono) : null;
        return new SpoolRecord(row.Sequence, row.Class, DateTimeOffset.FromUnixTimeMilliseconds(row.Timestamp ?? 0), age, row.Payload, isSound);
    }
}
