using System.Text.Json;
using DeviceAgent.Testbed.DynamoDb.Tables;
using DeviceAgent.Testbed.DynamoDb.Values;
using DeviceAgent.Testbed.DynamoDb.Wire;

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

/// <summary>A BatchWriteItem request that is valid as far as that can be said without the tables.</summary>
internal sealed record BatchWriteItemRequest(IReadOnlyList<(string TableName, IReadOnlyList<WriteRequest> Requests)> Tables, string? ConsumedCapacity)
{
    private const int MostRequests = 25;

    public static BatchWriteItemRequest Read(JsonElement request)
    {
        var capacity = Operations.ConsumedCapacity.ReadMode(request);
        var metrics = request.StringMember("ReturnItemCollectionMetrics");
        var tables = request.MapMember("RequestItems", "java.util.List<com.amazonaws.dynamodb.v20120810.WriteRequest>")
            ?.Select(t => (TableName: TableName.OfArn(t.Key), Requests: t.Value.AsList().Select(ReadShape).ToList())).ToList();
        CheckConstraints(capacity, metrics, tables);
        if (tables!.Sum(t => t.Requests.Count) > MostRequests) throw DynamoDbException.Validation("Too many items requested for the BatchWriteItem call");
        return new BatchWriteItemRequest([.. tables!.Select(t => (t.TableName, (IReadOnlyList<WriteRequest>)[.. t.Requests.Select(ReadRequest)]))], capacity);
    }

    private static RawWriteRequest ReadShape(JsonElement element)
    {
        element.AsStructure("WriteRequest");
        var put = element.StructureMember("PutRequest", "PutRequest");
        var delete = element.StructureMember("DeleteRequest", "DeleteRequest");
        return new RawWriteRequest(put is not null, delete is not null, put?.AttributesMember("Item"), delete?.AttributesMember("Key"));
    }

    private static void CheckConstraints(string? capacity, string? metrics, List<(string TableName, List<RawWriteRequest> Requests)>? tables)
    {
        var constraints = new Constraints().ConsumedCapacityMode(capacity)
            .OneOf("returnItemCollectionMetrics", metrics, "SIZE", "NONE")
            .NotNull("requestItems", tables);
        if (tables is not null)
        {
            var shown = $"{{{string.Join(", ", tables.Select(t => $"{t.TableName}=[{t.Requests.Count} write requests]"))}}}";
            constraints.Length("requestItems", shown, tables.Count, 1, MostRequests)
                .Keys("requestItems", shown, tables.Select(t => t.TableName))
                .Check(tables.All(t => t.Requests.Count is >= 1 and <= MostRequests), "requestItems", shown,
                    $"Map value must satisfy constraint: [Member must have length less than or equal to {MostRequests}, Member must have length greater than or equal to 1]");
        }

        foreach (var (tableName, requests) in tables ?? [])
        {
            for (var i = 0; i < requests.Count; i++)
            {
                var at = $"requestItems.{tableName}.member.{i + 1}.member";
                if (requests[i].HasDelete) constraints.NotNull($"{at}.deleteRequest.key", requests[i].Key);
                if (requests[i].HasPut) constraints.NotNull($"{at}.putRequest.item", requests[i].Item);
            }
        }

        constraints.ThrowIfViolated();
    }

    private static WriteRequest ReadRequest(RawWriteRequest raw)
    {
        if (raw.HasPut == raw.HasDelete)
            throw DynamoDbException.Validation("Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes");
        var attributes = AttributeReader.ReadAll(raw.HasPut ? raw.Item! : raw.Key!);
        return new WriteRequest(raw.HasPut, attributes, raw.HasPut ? PutItemRequest.CheckedSize(attributes) : 0);
    }

    private sealed record RawWriteRequest(bool HasPut, bool HasDelete, IReadOnlyDictionary<string, JsonElement>? Item, IReadOnlyDictionary<string, JsonElement>? Key);
}

/// <summary>One request of a batch.</summary>
/// <param name="IsPut">Put; otherwise delete.</param>
/// <param name="Attributes">The item to put or the key to delete.</param>
/// <param name="Size">Of the item.</param>
internal sealed record WriteRequest(bool IsPut, IReadOnlyDictionary<string, AttributeValue> Attributes, int Size);
