using System.Text.Json;
using DeviceAgent.Testbed.DynamoDb.Tables;

namespace DeviceAgent.Testbed.DynamoDb.Operations;

internal sealed class DeleteTableOperation(TableCatalog tables) : IOperation
{
    public IReadOnlyList<DynamoDbAccess> Accesses(JsonElement request) =>
        [new DynamoDbAccess("dynamodb:DeleteTable", TableName.ReadRequired(request), [])];

    public void Execute(JsonElement request, Utf8JsonWriter answer)
    {
        var table = tables.Existing(TableName.ReadRequired(request));
        var name = table.Definition.Name;
        var status = tables.Status(table.Definition);
        if (status == TableStatus.CREATING) throw DynamoDbException.InUse($"Attempt to change a resource which is still in use: Table is being created: {name}");
        if (status == TableStatus.DELETING) throw DynamoDbException.InUse($"Attempt to change a resource which is still in use: Table is being deleted: {name}");
        if (table.Definition.DeletionProtection)
            throw DynamoDbException.Validation("Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.");
        TableDescription.Write(answer, "TableDescription", tables.Delete(table), TableStatus.DELETING);
    }
}
