using System.Buffers.Binary;
using DeviceAgent.Testbed.DynamoDb.Tables;

namespace DeviceAgent.Testbed.DynamoDb.Operations;

/// <summary>One of the equal parts of the hash space that a parallel scan divides a table into.</summary>
internal sealed record ScanSegment(int Index, int Total)
{
    /// <summary>Null in the first segment.</summary>
    public byte[]? First => Index == 0 ? null : Bound(Index);

    /// <summary>Where the next segment begins; null in the last.</summary>
    public byte[]? End => Index == Total - 1 ? null : Bound(Index + 1);

    public bool Contains(ItemKey key) =>
        (First is null || key.Partition.AsSpan().SequenceCompareTo(First) >= 0) && (End is null || key.Partition.AsSpan().SequenceCompareTo(End) < 0);

    private byte[] Bound(int index)
    {
        var bound = new byte[ItemKey.HashLength];
        BinaryPrimitives.WriteUInt64BigEndian(bound, (ulong)((UInt128.One << 64) * (UInt128)index / (UInt128)Total));
        return bound;
    }
}
