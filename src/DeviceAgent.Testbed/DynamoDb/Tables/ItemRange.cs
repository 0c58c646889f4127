using DeviceAgent.Testbed.DynamoDb.Expressions;

namespace DeviceAgent.Testbed.DynamoDb.Tables;

/// <summary>A stretch of a table, in the order of partition and sort key.</summary>
internal sealed record ItemRange
{
    /// <summary>Only this partition.</summary>
    public byte[]? Partition { get; init; }

    /// <summary>The first partition of a segment, by its hash.</summary>
    public byte[]? FirstPartition { get; init; }

    /// <summary>The first partition behind a segment.</summary>
    public byte[]? EndPartition { get; init; }

    public KeyRange? Sort { get; init; }

    /// <summary>Begin behind this item, which need not exist.</summary>
    public ItemKey? After { get; init; }

    public bool Descending { get; init; }
}
