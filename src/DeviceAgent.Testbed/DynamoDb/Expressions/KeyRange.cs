using DeviceAgent.Testbed.DynamoDb.Values;

namespace DeviceAgent.Testbed.DynamoDb.Expressions;

/// <summary>The encoded keys that a key condition selects: a contiguous stretch. A null bound is no bound.</summary>
internal sealed class KeyRange
{
    public KeyRange(KeyCondition condition)
    {
        var first = KeyEncoding.Encode(condition.Values[0]);
        (Low, LowIncluded, High, HighIncluded) = condition.Operator switch
        {
            "=" => (first, true, first, true),
            "<" => (null, false, first, false),
            "<=" => (null, false, first, true),
            ">" => (first, false, null, false),
            ">=" => (first, true, null, false),
            KeyCondition.Between => (first, true, KeyEncoding.Encode(condition.Values[1]), true),
            _ => (first, true, KeyEncoding.AfterPrefix(first), false),
        };
    }

    public byte[]? Low { get; }

    public bool LowIncluded { get; }

    public byte[]? High { get; }

    public bool HighIncluded { get; }

    public bool Contains(byte[] key)
    {
        var low = Low is null ? 1 : key.AsSpan().SequenceCompareTo(Low);
        var high = High is null ? -1 : key.AsSpan().SequenceCompareTo(High);
        return (low > 0 || (low == 0 && LowIncluded)) && (high < 0 || (high == 0 && HighIncluded));
    }
}
