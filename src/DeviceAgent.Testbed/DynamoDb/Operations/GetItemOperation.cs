using System.Text.Json;
using DeviceAgent.Testbed.DynamoDb.Tables;
using DeviceAgent.Testbed.DynamoDb.Values;

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
