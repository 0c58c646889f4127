using System.Numerics;
using System.Runtime.InteropServices;
using DeviceAgent.Clock;
using Microsoft.Data.Sqlite;

namespace DeviceAgent.Spool;

/// <summary>A reading as it is stored.</summary>
/// <param name="Sequence">Its number.</param>
/// <param name="Class">How much it matters.</param>
/// <param name="Timestamp">In ms since 1970; null while the time is not known.</param>
/// <param name="BootId">The boot in which it was put in.</param>
/// <param name="Mono">When, in ms of that boot's monotonic clock; null when it was recorded with the data.</param>
/// <param name="Payload">The item as JSON.</param>
internal sealed record SpoolRow(long Sequence, SpoolClass Class, long? Timestamp, string BootId, long? Mono, ReadOnlyMemory<byte> Payload)
{
    public bool IsLive => Mono is not null;

    public RowSize Size => new(Class, RowSize.BytesOf(Payload.Length), Timestamp is null);

    public uint Checksum => RowChecksum.Of(this);

    public SpoolRecord ToRecord(BootClock clock)
    {
        TimeSpan? age = Mono is { } mono && BootId == clock.BootId ? TimeSpan.FromMilliseconds(clock.Milliseconds - mono) : null;
        return new SpoolRecord(Sequence, Class, DateTimeOffset.FromUnixTimeMilliseconds(Timestamp ?? 0), age, Payload);
    }
}

/// <summary>What a row counts for.</summary>
internal readonly record struct RowSize(SpoolClass Class, long Bytes, bool IsTimeUnknown)
{
    /// <summary>Columns besides the payload, cell and page headers: 75 to 100 bytes in practice.</summary>
    private const int Overhead = 128;

    public static long BytesOf(long payloadLength) => payloadLength + Overhead;
}

/// <summary>Readings by class. A class that this agent does not know counts as normal.</summary>
internal readonly record struct ClassCounts(long Low, long Normal, long Critical)
{
    /// <summary>From what matters least to what matters most.</summary>
    public static IReadOnlyList<SpoolClass> LowestFirst { get; } = [SpoolClass.Low, SpoolClass.Normal, SpoolClass.Critical];

    public long this[SpoolClass @class] => @class switch
    {
        SpoolClass.Low => Low,
        SpoolClass.Critical => Critical,
        _ => Normal,
    };

    public static ClassCounts operator +(ClassCounts a, ClassCounts b) => new(a.Low + b.Low, a.Normal + b.Normal, a.Critical + b.Critical);

    public static ClassCounts operator -(ClassCounts a, ClassCounts b) => new(a.Low - b.Low, a.Normal - b.Normal, a.Critical - b.Critical);

    public static ClassCounts Of(SpoolClass @class, long count) => @class switch
    {
        SpoolClass.Low => new ClassCounts(count, 0, 0),
        SpoolClass.Critical => new ClassCounts(0, 0, count),
        _ => new ClassCounts(0, count, 0),
    };
}

/// <summary>Rows and their bytes.</summary>
internal sealed class RowCounts
{
    public ClassCounts ByClass { get; private set; }

    public long Count { get; private set; }

    public long Bytes { get; private set; }

    public long UnknownTime { get; private set; }

    public void Add(RowSize row) => Add(row.Class, 1, row.Bytes, row.IsTimeUnknown ? 1 : 0);

    public void Remove(RowSize row) => Add(row.Class, -1, -row.Bytes, row.IsTimeUnknown ? -1 : 0);

    public void Add(SpoolClass @class, long count, long bytes, long unknownTime)
    {
        ByClass += ClassCounts.Of(@class, count);
        Count += count;
        Bytes += bytes;
        UnknownTime += unknownTime;
    }

    public void Add(RowCounts other, int sign = 1)
    {
        ByClass = sign > 0 ? ByClass + other.ByClass : ByClass - other.ByClass;
        Count += sign * other.Count;
        Bytes += sign * other.Bytes;
        UnknownTime += sign * other.UnknownTime;
    }
}

/// <summary>A row as the medium gives it back: anything may have happened to it.</summary>
internal static class StoredRow
{
    public const string Columns = "seq, class, ts, boot_id, mono, crc, payload";

    private static readonly long Earliest = DateTimeOffset.MinValue.ToUnixTimeMilliseconds();
    /// <summary>In ms, thousands of years: every sum with it is a time.</summary>
    private const long LongestBoot = 1L << 47;

    private static readonly long Latest = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    /// <summary>The row of <see cref="Columns"/>, and whether it is what was once written; what is of the wrong kind is replaced by nothing.</summary>
    public static (SpoolRow Row, bool IsSound) Read(SqliteDataReader reader)
    {
        var sound = reader.GetValue(1) is long & reader.GetValue(5) is long & reader.GetValue(6) is byte[] & reader.GetValue(3) is string;
        var timestamp = reader.GetValue(2) as long?;
        if (timestamp is { } time && !IsTime(time)) (sound, timestamp) = (false, null);
        var row = new SpoolRow(
            reader.GetInt64(0),
            (SpoolClass)(int)(reader.GetValue(1) as long? ?? 0),
            timestamp,
            reader.GetValue(3) as string ?? "",
            Monotonic(reader.GetValue(4)),
            reader.GetValue(6) as byte[] ?? []);
        return (row, sound && reader.GetValue(5) is long crc && (uint)crc == row.Checksum);
    }

    /// <summary>Whether it is a time in ms since 1970.</summary>
    public static bool IsTime(long value) => value >= Earliest && value <= Latest;

    /// <summary>Whether it is a time of a boot's monotonic clock, in ms.</summary>
    public static bool IsMonotonic(long value) => value is >= 0 and <= LongestBoot;

    /// <summary>A time of a boot's monotonic clock; null when it was not recorded, or is none.</summary>
    public static long? Monotonic(object value) => value is long mono && IsMonotonic(mono) ? mono : null;

}

/// <summary>CRC-32C over what makes up a row, so that a row changed by the medium is known.</summary>
internal static class RowChecksum
{
    /// <summary>Boot and monotonic time are part of it where they will give the time.</summary>
    public static uint Of(SpoolRow row)
    {
        var crc = Start(row.Sequence, row.Class, row.Timestamp ?? row.Mono ?? 0);
        if (row.Timestamp is null) crc = Crc32C.Append(crc, MemoryMarshal.AsBytes(row.BootId.AsSpan()));
        return ~Crc32C.Append(crc, row.Payload.Span);
    }

    private static uint Start(long sequence, SpoolClass @class, long time)
    {
        var crc = BitOperations.Crc32C(uint.MaxValue, (ulong)sequence);
        crc = BitOperations.Crc32C(crc, (uint)@class);
        return BitOperations.Crc32C(crc, (ulong)time);
    }
}
