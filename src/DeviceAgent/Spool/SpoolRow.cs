using System.Buffers.Binary;
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
internal sealed record SpoolRow(long Sequence, SpoolClass Class, long? Timestamp, string BootId, long? Mono, byte[] Payload)
{
    public bool IsLive => Mono is not null;

    public RowSize Size => new(Class, RowSize.BytesOf(Payload.Length), Timestamp is null);

    public uint Checksum => RowChecksum.Of(this);
}

/// <summary>What a row counts for.</summary>
internal readonly record struct RowSize(SpoolClass Class, long Bytes, bool IsTimeUnknown)
{
    /// <summary>Columns besides the payload, cell and page headers: 75 to 100 bytes in practice.</summary>
    private const int Overhead = 128;

    public static long BytesOf(long payloadLength) => payloadLength + Overhead;
}

/// <summary>Rows and their bytes, by class.</summary>
internal sealed class RowCounts
{
    private static readonly SpoolClass[] Classes = Enum.GetValues<SpoolClass>();

    private readonly long[] _counts = new long[Classes.Length];

    public long Count { get; private set; }

    public long Bytes { get; private set; }

    public long UnknownTime { get; private set; }

    /// <summary>From what matters least to what matters most.</summary>
    public static IEnumerable<SpoolClass> LowestFirst { get; } = [.. Classes.Order()];

    public long CountOf(SpoolClass @class) => _counts[Index(@class)];

    public void Add(RowSize row) => Add(row.Class, 1, row.Bytes, row.IsTimeUnknown ? 1 : 0);

    public void Remove(RowSize row) => Add(row.Class, -1, -row.Bytes, row.IsTimeUnknown ? -1 : 0);

    public void Add(SpoolClass @class, long count, long bytes, long unknownTime)
    {
        _counts[Index(@class)] += count;
        Count += count;
        Bytes += bytes;
        UnknownTime += unknownTime;
    }

    public void Add(RowCounts other, int sign = 1)
    {
        foreach (var @class in Classes) _counts[Index(@class)] += sign * other.CountOf(@class);
        Count += sign * other.Count;
        Bytes += sign * other.Bytes;
        UnknownTime += sign * other.UnknownTime;
    }

    public Dictionary<SpoolClass, long> ByClass() => Classes.ToDictionary(c => c, CountOf);

    /// <summary>A class that this agent does not know counts as normal.</summary>
    private static int Index(SpoolClass @class) => Array.IndexOf(Classes, Enum.IsDefined(@class) ? @class : SpoolClass.Normal);
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
        if (timestamp < Earliest || timestamp > Latest) (sound, timestamp) = (false, null);
        var row = new SpoolRow(
            reader.GetInt64(0),
            (SpoolClass)(int)(reader.GetValue(1) as long? ?? 0),
            timestamp,
            reader.GetValue(3) as string ?? "",
            Monotonic(reader.GetValue(4)),
            reader.GetValue(6) as byte[] ?? []);
        return (row, sound && reader.GetValue(5) is long crc && (uint)crc == row.Checksum);
    }

    /// <summary>A time of a boot's monotonic clock; null when it was not recorded, or is none.</summary>
    public static long? Monotonic(object value) => value is long and >= 0 and <= LongestBoot and var mono ? mono : null;

    public static SpoolRecord ToRecord(SpoolRow row, bool isSound, BootClock clock)
    {
        TimeSpan? age = row.Mono is { } mono && row.BootId == clock.BootId ? TimeSpan.FromMilliseconds(clock.Milliseconds - mono) : null;
        return new SpoolRecord(row.Sequence, row.Class, DateTimeOffset.FromUnixTimeMilliseconds(row.Timestamp ?? 0), age, row.Payload, isSound);
    }
}

/// <summary>CRC-32C over what makes up a row, so that a row changed by the medium is known.</summary>
internal static class RowChecksum
{
    /// <summary>Boot and monotonic time are part of it where they will give the time.</summary>
    public static uint Of(SpoolRow row)
    {
        var crc = Start(row.Sequence, row.Class, row.Timestamp ?? row.Mono ?? 0);
        if (row.Timestamp is null) crc = Append(crc, MemoryMarshal.AsBytes(row.BootId.AsSpan()));
        return ~Append(crc, row.Payload);
    }

    private static uint Start(long sequence, SpoolClass @class, long time)
    {
        var crc = BitOperations.Crc32C(uint.MaxValue, (ulong)sequence);
        crc = BitOperations.Crc32C(crc, (uint)@class);
        return BitOperations.Crc32C(crc, (ulong)time);
    }

    private static uint Append(uint crc, ReadOnlySpan<byte> bytes)
    {
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        }

        foreach (var b in bytes) crc = BitOperations.Crc32C(crc, b);
        return crc;
    }
}
