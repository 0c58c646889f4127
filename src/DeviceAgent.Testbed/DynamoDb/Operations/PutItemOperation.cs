using System.Text.Json;
using DeviceAgent.Testbed.DynamoDb.Expressions;
using DeviceAgent.Testbed.DynamoDb.Tables;
using DeviceAgent.Testbed.DynamoDb.Values;
using DeviceAgent.Testbed.DynamoDb.Wire;

namespace DeviceAgent.Testbed.DynamoDb.Operations;

internal sealed class PutItemOperation(TableCatalog tables, ItemRows items) : IOperation
{
    private static readonly Dictionary<string, AttributeValue> Nothing = [];

    public IReadOnlyList<DynamoDbAccess> Accesses(JsonElement request)
    {
        var put = PutItemRequest.Read(request);
        return [new DynamoDbAccess("dynamodb:PutItem", put.TableName, LeadingKeys.Of(tables.Find(put.TableName), [put.Item]))];
    }

    public void Execute(JsonElement request, Utf8JsonWriter answer)
    {
        var put = PutItemRequest.Read(request);
        var table = tables.Active(put.TableName);
        var key = ItemKeys.OfItem(table.Definition, put.Item);
        var old = items.Find(table, key);
        if (put.Condition is { } condition && !condition.Matches(old?.Attributes ?? Nothing))
        {
            throw DynamoDbException.ConditionFailed(put.ReturnOldOnFailure && old is not null
                ? writer => AttributeWriter.Write(writer, "Item", old.Attributes)
                : null);
        }

        var item = new StoredItem(put.Item, put.Size);
        items.Put(table, key, item, old);
        if (put.ReturnOld && old is not null) AttributeWriter.Write(answer, "Attributes", old.Attributes);
        ConsumedCapacity.Write(answer, put.ConsumedCapacity, put.TableName, ConsumedCapacity.OfWrite(old?.Size, item.Size));
    }
}

/// <summary>A PutItem request that is valid as far as that can be said without the table.</summary>
internal sealed record PutItemRequest
{
    private static readonly ExpressionParameters Expressions = new(["ConditionExpression"], ["Expected", "ConditionalOperator"]);

    public required string TableName { get; init; }

    public required IReadOnlyDictionary<string, AttributeValue> Item { get; init; }

    public required int Size { get; init; }

    public Condition? Condition { get; init; }

    public bool ReturnOld { get; init; }

    public bool ReturnOldOnFailure { get; init; }

    public string? ConsumedCapacity { get; init; }

    public static PutItemRequest Read(JsonElement request)
    {
        var capacity = Operations.ConsumedCapacity.ReadMode(request);
        var tableName = Operations.TableName.Read(request);
        var item = request.AttributesMember("Item");
        var returnValues = request.StringMember("ReturnValues");
        var metrics = request.StringMember("ReturnItemCollectionMetrics");
        var onFailure = request.StringMember("ReturnValuesOnConditionCheckFailure");
        Expressions.CheckShape(request);

        new Constraints().ConsumedCapacityMode(capacity)
            .NotNull("tableName", tableName).Name("tableName", tableName)
            .NotNull("item", item)
            .OneOf("returnValues", returnValues, "ALL_NEW", "UPDATED_OLD", "ALL_OLD", "NONE", "UPDATED_NEW")
            .OneOf("returnItemCollectionMetrics", metrics, "SIZE", "NONE")
            .OneOf("returnValuesOnConditionCheckFailure", onFailure, "ALL_OLD", "NONE")
            .ThrowIfViolated();

        Expressions.Check(request);
        var attributes = AttributeReader.ReadAll(item!);
        if (returnValues is not (null or "ALL_OLD" or "NONE")) throw DynamoDbException.Validation("ReturnValues can only be ALL_OLD or NONE");
        var size = CheckedSize(attributes);
        var aliases = ExpressionAttributes.Read(request);
        var condition = ConditionParser.Parse("ConditionExpression", request.StringMember("ConditionExpression"), aliases);
        aliases.ThrowIfUnused();
        return new PutItemRequest
        {
            TableName = tableName!,
            Item = attributes,
            Size = size,
            Condition = condition?.Condition,
            ReturnOld = returnValues == "ALL_OLD",
            ReturnOldOnFailure = onFailure == "ALL_OLD",
            ConsumedCapacity = capacity,
        };
    }

    public static int CheckedSize(IReadOnlyDictionary<string, AttributeValue> item)
    {
        var size = AttributeSize.OfItem(item);
        return size <= AttributeSize.LargestItem ? size : throw DynamoDbException.Validation("Item size has exceeded the maximum allowed size");
    }
}
