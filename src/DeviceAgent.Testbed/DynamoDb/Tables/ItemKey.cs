using System.Security.Cryptography;
using DeviceAgent.Testbed.DynamoDb.Values;

namespace DeviceAgent.Testbed.DynamoDb.Tables;

/// <summary>Where an item lies in its table.</summary>
/// <param name="Partition">A hash of the partition key, then the key itself: scans go by this order.</param>
/// <param name="Sort">The encoded sort key; empty when the table has none.</param>
internal readonly record struct ItemKey(byte[] Partition, byte[] Sort)
{
    public const int HashLength = 8;

    public static ItemKey Of(AttributeValue partitionKey, AttributeValue? sortKey) =>
        new(PartitionOf(partitionKey), sortKey is null ? [] : KeyEncoding.Encode(sortKey));

    public static byte[] PartitionOf(AttributeValue partitionKey)
    {
        var key = KeyEncoding.Encode(partitionKey);
        return [.. SHA256.HashData(key).AsSpan(0, HashLength), .. key];
    }

    public bool IsSame(ItemKey other) => Partition.AsSpan().SequenceEqual(other.Partition) && Sort.AsSpan().SequenceEqual(other.Sort);
}
