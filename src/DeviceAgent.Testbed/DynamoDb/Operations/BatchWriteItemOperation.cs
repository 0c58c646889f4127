using System.Text.Json;
using DeviceAgent.Testbed.DynamoDb.Tables;

namespace DeviceAgent.Testbed.DynamoDb.Operations;

/// <summary>Everything is checked before anything is written; nothing is left unprocessed.</summary>
internal sealed class BatchWriteItemOperation(TableCatalog tables, ItemRows items) : IOperation
{
    public IReadOnlyList<DynamoDbAccess> Accesses(JsonElement request) =>
    [
        .. BatchWriteItemRequest.Read(request).Tables.Select(t => new DynamoDbAccess(
            "dynamodb:BatchWriteItem", t.TableName, LeadingKeys.Of(tables.Find(t.TableName), t.Requests.Select(r => r.Attributes)))),
    ];

    public void Execute(JsonElement request, Utf8JsonWriter answer)
    {
        var batch = BatchWriteItemRequest.Read(request);
        var writes = batch.Tables.SelectMany(t => Locate(tables.Active(t.TableName), t.Requests)).ToList();
        var units = new Dictionary<string, double>();
        foreach (var write in writes)
        {
            var name = write.Table.Definition.Name;
            units[name] = units.GetValueOrDefault(name) + Write(write);
        }

        answer.WriteStartObject("UnprocessedItems");
        answer.WriteEndObject();
        ConsumedCapacity.Write(answer, batch.ConsumedCapacity, units.Select(u => (u.Key, u.Value)));
    }

    private static List<LocatedWrite> Locate(Table table, IReadOnlyList<WriteRequest> requests)
    {
        var located = requests.Select(r => new LocatedWrite(table, KeyOf(table.Definition, r), r)).ToList();
        var keys = located.Select(w => (Convert.ToHexString(w.Key.Partition), Convert.ToHexString(w.Key.Sort)));
        return keys.Distinct().Count() == located.Count ? located : throw DynamoDbException.Validation("Provided list of item keys contains duplicates");
    }

    private static ItemKey KeyOf(TableDefinition table, WriteRequest request)
    {
        if (!request.IsPut) return ItemKeys.OfKey(table, request.Attributes);
        // A batch has one text for every way in which a key can fail to fit.
        var fits = table.Keys.All(k => request.Attributes.TryGetValue(k.Name, out var value) && value.Type == k.Type);
        return fits ? ItemKeys.OfItem(table, request.Attributes) : throw ItemKeys.DoesNotMatchSchema();
    }

    private double Write(LocatedWrite write)
    {
        var old = items.Find(write.Table, write.Key);
        if (write.Request.IsPut) items.Put(write.Table, write.Key, new StoredItem(write.Request.Attributes, write.Request.Size), old);
        else if (old is not null) items.Delete(write.Table, write.Key, old);
        return ConsumedCapacity.OfWrite(old?.Size, write.Request.Size);
    }

    private sealed record LocatedWrite(Table Table, ItemKey Key, WriteRequest Request);
}
