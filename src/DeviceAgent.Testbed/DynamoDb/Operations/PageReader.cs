using System.Text.Json;
using DeviceAgent.Testbed.DynamoDb.Tables;
using DeviceAgent.Testbed.DynamoDb.Values;

namespace DeviceAgent.Testbed.DynamoDb.Operations;

/// <summary>Reads one page of a Query or a Scan: up to Limit items or 1 MB, both counted before the filter.</summary>
internal static class PageReader
{
    private const int LargestPage = 1024 * 1024;

    public static void Write(Utf8JsonWriter answer, Table table, ReadRequest request, IEnumerable<StoredItem> items)
    {
        var count = 0;
        var scanned = 0;
        long size = 0;
        IReadOnlyDictionary<string, AttributeValue>? last = null;

        if (!request.CountOnly) answer.WriteStartArray("Items");
        foreach (var item in items)
        {
            scanned++;
            size += item.Size;
            if (request.Filter is null || request.Filter.Condition.Matches(item.Attributes))
            {
                count++;
                if (!request.CountOnly) AttributeWriter.Write(answer, request.Projection?.Apply(item.Attributes) ?? item.Attributes);
            }

            if (scanned < (request.Limit ?? long.MaxValue) && size < LargestPage) continue;
            last = item.Attributes;
            break;
        }

        if (!request.CountOnly) answer.WriteEndArray();
        answer.WriteNumber("Count", count);
        answer.WriteNumber("ScannedCount", scanned);
        if (last is not null) AttributeWriter.Write(answer, "LastEvaluatedKey", ItemKeys.Pick(table.Definition, last));
        ConsumedCapacity.Write(answer, request.ConsumedCapacity, table.Definition.Name, ConsumedCapacity.OfRead(size, request.Consistent));
    }
}
