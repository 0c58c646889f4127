using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace DeviceAgent.Spool;

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
