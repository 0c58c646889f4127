using System.Text.Json;
using DeviceAgent.Testbed.DynamoDb.Tables;
using DeviceAgent.Testbed.DynamoDb.Values;

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
