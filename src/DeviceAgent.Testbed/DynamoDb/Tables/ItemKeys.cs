using System.Security.Cryptography;
using DeviceAgent.Testbed.DynamoDb.Values;

namespace DeviceAgent.Testbed.DynamoDb.Tables;

/// <summary>Finds the key in an item or a Key parameter and says what is wrong with it.</summary>
internal static class ItemKeys
{
    private const int LongestPartitionKey = 2048;
    private const int LongestSortKey = 1024;

    /// <summary>The key of an item that is to be put.</summary>
    public static ItemKey OfItem(TableDefinition table, IReadOnlyDictionary<string, AttributeValue> item)
    {
        foreach (var key in table.Keys)
        {
            if (!item.TryGetValue(key.Name, out var value)) throw Invalid($"Missing the key {key.Name} in the item");
            if (value.Type != key.Type) throw Invalid($"Type mismatch for key {key.Name} expected: {key.Type} actual: {value.Type}");
            CheckContent(table, key, value);
        }

        return Make(table, item);
    }

    /// <summary>A Key parameter: the key attributes and nothing else.</summary>
    public static ItemKey OfKey(TableDefinition table, IReadOnlyDictionary<string, AttributeValue> key)
    {
        if (key.Count != table.Keys.Count()) throw DoesNotMatchSchema();
        foreach (var attribute in table.Keys)
        {
            if (!key.TryGetValue(attribute.Name, out var value) || value.Type != attribute.Type) throw DoesNotMatchSchema();
            CheckContent(table, attribute, value);
        }

        return Make(table, key);
    }

    /// <summary>The key part of an item.</summary>
    public static IReadOnlyDictionary<string, AttributeValue> Pick(TableDefinition table, IReadOnlyDictionary<string, AttributeValue> item) =>
        table.Keys.ToDictionary(k => k.Name, k => item[k.Name]);

    public static DynamoDbException DoesNotMatchSchema() => DynamoDbException.Validation("The provided key element does not match the schema");

    public static void CheckContent(TableDefinition table, KeyAttribute key, AttributeValue value)
    {
        var size = value.Type switch
        {
            AttributeType.S => AttributeSize.OfText(value.Text),
            AttributeType.B => value.Bytes.Length,
            _ => 1,
        };
        if (size == 0)
        {
            var what = value.Type == AttributeType.S ? "string" : "binary";
            throw DynamoDbException.Validation(
                $"One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty {what} value. Key: {key.Name}");
        }

        // "of2048": the service's own spelling.
        if (key == table.PartitionKey && size > LongestPartitionKey) throw Invalid($"Size of hashkey has exceeded the maximum size limit of{LongestPartitionKey} bytes");
        if (key == table.SortKey && size > LongestSortKey) throw Invalid($"Aggregated size of all range keys has exceeded the size limit of {LongestSortKey} bytes");
    }

    private static ItemKey Make(TableDefinition table, IReadOnlyDictionary<string, AttributeValue> item) =>
        ItemKey.Of(item[table.PartitionKey.Name], table.SortKey is { } sort ? item[sort.Name] : null);

    private static DynamoDbException Invalid(string what) => DynamoDbException.Validation("One or more parameter values were invalid: " + what);
}

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
