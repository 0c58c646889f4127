using System.Text.Json;
using DeviceAgent.Testbed.DynamoDb.Values;
using DeviceAgent.Testbed.DynamoDb.Wire;

namespace DeviceAgent.Testbed.DynamoDb.Operations;

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
