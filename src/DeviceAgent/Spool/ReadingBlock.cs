using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using System.Numerics;
using System.Text;
using Microsoft.Data.Sqlite;

namespace DeviceAgent.Spool;

/// <summary>Readings that are stored together: the unit in which they are written and deleted. Immutable.</summary>
/// <param name="Key">Its number: not above that of its first reading, and above that of every reading of the blocks before it.</param>
/// <param name="Rows">At least one, of one boot, by number.</param>
internal sealed record ReadingBlock(long Key, SpoolRow[] Rows)
{
    public long Last => Rows[^1].Sequence;

    public bool HasCritical => Array.Exists(Rows, r => r.Class == SpoolClass.Critical);

    public bool HasUnknownTime => Array.Exists(Rows, r => r.Timestamp is null);

    /// <summary>Where a reading is; negative when it is not here.</summary>
    public int IndexOf(long sequence)
    {
        var (low, high) = (0, Rows.Length - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (Rows[middle].Sequence == sequence) return middle;
            if (Rows[middle].Sequence < sequence) low = middle + 1;
            else high = middle - 1;
        }

        return -1;
    }
}

/// <summary>
/// The form in which a block is stored: CRC-32C of key and rest (4 bytes, little endian), the form (0 as it is, 1 Brotli), the length of the content, the content. The content
/// is the boot, then a head for each reading (number, class, time, monotonic time, length), then the payloads one after the other: what is alike lies together. Numbers are LEB128.
/// </summary>
internal static class BlockCodec
{
    /// <summary>A reading that is longer has a block of its own.</summary>
    private const int LargeReading = 4000;

    /// <summary>What a row has beside its block, and a page beside its rows.</summary>
    private const int RowBytes = 64;

    /// <summary>Bounds what a block costs in memory, however well its readings compress.</summary>
    public const int MaxContent = 64 * 1024;

    public const int MaxReadings = 256;

    private const byte Plain = 0;
    private const byte Brotli = 1;
    private const byte HasTime = 1;
    private const byte IsLive = 2;

    /// <summary>A reading takes 400 KB at most.</summary>
    private const int LargestContent = 4 * 1024 * 1024;

    /// <summary>Number, byte, class and length.</summary>
    private const int LeastHead = 4;

    private const ulong HighestStep = 1UL << 61;
    private const int ChecksumBytes = sizeof(uint);
    private const int LongestNumber = 10;
    private const int Quality = 1;
    private const int Window = 16;

    /// <summary>The longest block of which the row fits into one page, in bytes.</summary>
    public static int Fit(int pageBytes) => pageBytes - RowBytes;

    public static byte[] Encode(ReadingBlock block)
    {
        var content = ArrayPool<byte>.Shared.Rent(ContentBound(block.Rows));
        var packed = ArrayPool<byte>.Shared.Rent(ContentBound(block.Rows));
        try
        {
            var length = WriteContent(block, content);
            var isPacked = BrotliEncoder.TryCompress(content.AsSpan(0, length), packed, out var packedLength, Quality, Window) && packedLength < length;
            var bytes = isPacked ? packed.AsSpan(0, packedLength) : content.AsSpan(0, length);
            Span<byte> head = stackalloc byte[1 + LongestNumber];
            head[0] = isPacked ? Brotli : Plain;
            var headLength = 1 + WriteNumber(head[1..], (ulong)length);
            var stored = new byte[ChecksumBytes + headLength + bytes.Length];
            head[..headLength].CopyTo(stored.AsSpan(ChecksumBytes));
            bytes.CopyTo(stored.AsSpan(ChecksumBytes + headLength));
            BinaryPrimitives.WriteUInt32LittleEndian(stored, Checksum(block.Key, stored));
            return stored;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(content);
            ArrayPool<byte>.Shared.Return(packed);
        }
    }

    /// <exception cref="SqliteException">It is not what was stored: the medium has changed it.</exception>
    public static ReadingBlock Decode(long key, byte[]? stored) => TryDecode(key, stored) ?? throw Damaged();

    /// <summary>What the database finds corrupt is reported in the same way.</summary>
    public static SqliteException Damaged()
    {
        const int corrupt = 11;
        return new SqliteException("a block of readings is not what was written", corrupt, corrupt);
    }

    /// <summary>Null when it is not what was stored.</summary>
    public static ReadingBlock? TryDecode(long key, byte[]? stored)
    {
        if (stored is not { Length: > ChecksumBytes + 1 } || BinaryPrimitives.ReadUInt32LittleEndian(stored) != Checksum(key, stored)) return null;
        var rest = new NumberReader(stored.AsSpan(ChecksumBytes + 1));
        var length = rest.Next();
        if (!rest.IsSound || length > LargestContent) return null;
        var content = new byte[length];
        if (stored[ChecksumBytes] == Plain)
        {
            if (rest.Rest.Length != content.Length) return null;
            rest.Rest.CopyTo(content);
        }
        else if (stored[ChecksumBytes] != Brotli || !BrotliDecoder.TryDecompress(rest.Rest, content, out var written) || written != content.Length)
        {
            return null;
        }

        return ReadContent(key, content);
    }

    /// <summary>How much of the rows from an index on goes into one block: those of one boot, within the bounds.</summary>
    public static int Fitting(IReadOnlyList<SpoolRow> rows, int from)
    {
        var (count, bytes) = (0, 0);
        for (var i = from; i < rows.Count && count < MaxReadings && rows[i].BootId == rows[from].BootId; i++, count++)
        {
            bytes += rows[i].Payload.Length;
            if (count > 0 && (bytes > MaxContent || rows[i].Payload.Length > LargeReading)) break;
        }

        return count;
    }

    private static uint Checksum(long key, ReadOnlySpan<byte> stored) =>
        ~Crc32C.Append(BitOperations.Crc32C(uint.MaxValue, (ulong)key), stored[ChecksumBytes..]);

    private static int ContentBound(SpoolRow[] rows) => (4 * LongestNumber) + (rows[0].BootId.Length * 3) + rows.Sum(r => r.Payload.Length + (5 * LongestNumber) + 1);

    private static int WriteContent(ReadingBlock block, Span<byte> content)
    {
        var rows = block.Rows;
        var at = WriteNumber(content, (ulong)rows.Length);
        var boot = Encoding.UTF8.GetByteCount(rows[0].BootId);
        at += WriteNumber(content[at..], (ulong)boot);
        at += Encoding.UTF8.GetBytes(rows[0].BootId, content[at..]);
        var (sequence, time, mono) = (block.Key, 0L, 0L);
        foreach (var row in rows)
        {
            at += WriteNumber(content[at..], (ulong)(row.Sequence - sequence));
            content[at++] = (byte)((row.Timestamp is null ? 0 : HasTime) | (row.Mono is null ? 0 : IsLive));
            at += WriteSigned(content[at..], (int)row.Class);
            if (row.Timestamp is { } timestamp) at += WriteSigned(content[at..], timestamp - time);
            if (row.Mono is { } taken) at += WriteSigned(content[at..], taken - mono);
            at += WriteNumber(content[at..], (ulong)row.Payload.Length);
            (sequence, time, mono) = (row.Sequence, row.Timestamp ?? time, row.Mono ?? mono);
        }

        foreach (var row in rows)
        {
            row.Payload.Span.CopyTo(content[at..]);
            at += row.Payload.Length;
        }

        return at;
    }

    private static ReadingBlock? ReadContent(long key, byte[] content)
    {
        var reader = new NumberReader(content);
        var count = reader.Next();
        var boot = reader.Bytes(reader.Next());
        if (!reader.IsSound || count == 0 || count > (ulong)content.Length / LeastHead) return null;
        var bootId = Encoding.UTF8.GetString(boot);
        var heads = new (long Sequence, SpoolClass Class, long? Time, long? Mono, int Length)[count];
        var (sequence, time, mono, total) = (key, 0L, 0L, 0L);
        for (var i = 0; i < heads.Length; i++)
        {
            var step = reader.Next();
            var flags = reader.Byte();
            var @class = (SpoolClass)(int)reader.Signed();
            if ((flags & HasTime) != 0) time += reader.Signed();
            if ((flags & IsLive) != 0) mono += reader.Signed();
            var length = (int)Math.Min(reader.Next(), LargestContent);

            // Numbers rise, and times are times: this agent writes no others.
            if (!reader.IsSound || step > HighestStep || (step == 0 && i > 0) || !StoredRow.IsTime(time) || !StoredRow.IsMonotonic(mono)) return null;
            sequence += (long)step;
            heads[i] = (sequence, @class, (flags & HasTime) != 0 ? time : null, (flags & IsLive) != 0 ? mono : null, length);
            total += length;
        }

        if (total != reader.Rest.Length) return null;
        var at = content.Length - reader.Rest.Length;
        var rows = new SpoolRow[count];
        for (var i = 0; i < rows.Length; i++)
        {
            var head = heads[i];
            rows[i] = new SpoolRow(head.Sequence, head.Class, head.Time, bootId, head.Mono, content.AsMemory(at, head.Length));
            at += head.Length;
        }

        return new ReadingBlock(key, rows);
    }

    private static int WriteSigned(Span<byte> to, long value) => WriteNumber(to, (ulong)((value << 1) ^ (value >> 63)));

    private static int WriteNumber(Span<byte> to, ulong value)
    {
        var at = 0;
        for (; value >= 0x80; value >>= 7) to[at++] = (byte)(value | 0x80);
        to[at++] = (byte)value;
        return at;
    }

    /// <summary>Reads numbers one after the other; what is behind the end is 0, and not sound.</summary>
    private ref struct NumberReader(ReadOnlySpan<byte> bytes)
    {
        public bool IsSound { get; private set; } = true;

        public ReadOnlySpan<byte> Rest { get; private set; } = bytes;

        public byte Byte() => Bytes(1) is [var value] ? value : (byte)0;

        public ReadOnlySpan<byte> Bytes(ulong count)
        {
            IsSound &= count <= (ulong)Rest.Length;
            if (!IsSound) return default;
            var bytes = Rest[..(int)count];
            Rest = Rest[(int)count..];
            return bytes;
        }

        public ulong Next()
        {
            var value = 0UL;
            for (var shift = 0; shift < 64; shift += 7)
            {
                var next = Byte();
                value |= (ulong)(next & 0x7F) << shift;
                if (next < 0x80) return value;
            }

            IsSound = false;
            return 0;
        }

        public long Signed()
        {
            var value = Next();
            return (long)(value >> 1) ^ -(long)(value & 1);
        }
    }
}

/// <summary>CRC-32C over bytes.</summary>
internal static class Crc32C
{
    public static uint Append(uint crc, ReadOnlySpan<byte> bytes)
    {
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        }

        foreach (var b in bytes) crc = BitOperations.Crc32C(crc, b);
        return crc;
    }
}
