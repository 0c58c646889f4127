using System.Buffers.Binary;
using System.Numerics;

namespace DeviceAgent.Spool;

/// <summary>CRC-32C over what makes up a row, so that a row changed by the medium is known.</summary>
internal static class RowChecksum
{
    public static uint Of(long sequence, SpoolClass @class, long? timestamp, ReadOnlySpan<byte> payload)
    {
        var crc = uint.MaxValue;
        crc = BitOperations.Crc32C(crc, (ulong)sequence);
        crc = BitOperations.Crc32C(crc, (uint)@class);
        crc = BitOperations.Crc32C(crc, (ulong)(timestamp ?? long.MinValue));
        for (; payload.Length >= sizeof(ulong); payload = payload[sizeof(ulong)..])
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(payload));
        }

        foreach (var b in payload) crc = BitOperations.Crc32C(crc, b);
        return ~crc;
    }
}
