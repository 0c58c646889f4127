using System.Text.Json;
using DeviceAgent.Testbed.DynamoDb.Expressions;
using DeviceAgent.Testbed.DynamoDb.Tables;
using DeviceAgent.Testbed.DynamoDb.Values;
using DeviceAgent.Testbed.DynamoDb.Wire;

namespace DeviceAgent.Testbed.DynamoDb.Operations;

internal sealed class GetItemOperation(TableCatalog tables, ItemRows items) : IOperation
{
    public IReadOnlyList<DynamoDbAccess> Accesses(JsonElement request)
    {
        var get = GetItemRequest.Read(request);
        return [new DynamoDbAccess("dynamodb:GetItem", get.TableName, LeadingKeys.Of(tables.Find(get.TableName), [get.Key]))];
    }

    public void Execute(JsonElement request, Utf8JsonWriter answer)
    {
        var get = GetItemRequest.Read(request);
        var table = tables.Active(get.TableName);
        var key = ItemKeys.OfKey(table.Definition, get.Key);
        KeyPaths.Check(table.Definition, get.Projection?.Paths);
        var item = items.Find(table, key);
        if (item is not null) AttributeWriter.Write(answer, "Item", get.Projection?.Apply(item.Attributes) ?? item.Attributes);
        ConsumedCapacity.Write(answer, get.ConsumedCapacity, get.TableName, ConsumedCapacity.OfRead(item?.Size ?? 0, get.Consistent));
    }
}

/// <summary>A GetItem request that is valid as far as that can be said without the table.</summary>
internal sealed record GetItemRequest
{
    private static readonly ExpressionParameters Expressions = new(["ProjectionExpression"], ["AttributesToGet"]);

    public required string TableName { get; init; }

    public required IReadOnlyDictionary<string, AttributeValue> Key { get; init; }

    public Projection? Projection { get; init; }

    public bool Consistent { get; init; }

    public string? ConsumedCapacity { get; init; }

    public static GetItemRequest Read(JsonElement request)
    {
        var capacity = Operations.ConsumedCapacity.ReadMode(request);
        var tableName = Operations.TableName.Read(request);
        var key = request.AttributesMember("Key");
        var consistent = request.BooleanMember("ConsistentRead");
        Expressions.CheckShape(request);

        new Constraints().ConsumedCapacityMode(capacity)
            .NotNull("tableName", tableName).Name("tableName", tableName)
            .NotNull("key", key)
            .ThrowIfViolated();

        Expressions.Check(request);
        var attributes = AttributeReader.ReadAll(key!);
        var aliases = ExpressionAttributes.Read(request);
        var projection = Projection.Parse(request.StringMember("ProjectionExpression"), aliases);
        aliases.ThrowIfUnused();
        return new GetItemRequest
        {
            TableName = tableName!,
            Key = attributes,
            Projection = projection,
            Consistent = consistent ?? false,
            ConsumedCapacity = capacity,
        };
    }
}
