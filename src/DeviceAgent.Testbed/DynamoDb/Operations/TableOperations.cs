using System.Text.Json;
using DeviceAgent.Testbed.DynamoDb.Tables;
using DeviceAgent.Testbed.DynamoDb.Wire;

namespace DeviceAgent.Testbed.DynamoDb.Operations;

internal sealed class DescribeTableOperation(TableCatalog tables) : IOperation
{
    public IReadOnlyList<DynamoDbAccess> Accesses(JsonElement request) =>
        [new DynamoDbAccess("dynamodb:DescribeTable", TableName.ReadRequired(request), [])];

    public void Execute(JsonElement request, Utf8JsonWriter answer)
    {
        var table = tables.Existing(TableName.ReadRequired(request));
        TableDescription.Write(answer, "Table", table, tables.Status(table.Definition));
    }
}

internal sealed class ListTablesOperation(TableCatalog tables) : IOperation
{
    private const int MostNames = 100;

    public IReadOnlyList<DynamoDbAccess> Accesses(JsonElement request) => [new DynamoDbAccess("dynamodb:ListTables", DynamoDbAccess.AllTables, [])];

    public void Execute(JsonElement request, Utf8JsonWriter answer)
    {
        var start = request.StringMember("ExclusiveStartTableName");
        var limit = request.LongMember("Limit");
        new Constraints().AtLeast("limit", limit, 1).AtMost("limit", limit, MostNames).Name("exclusiveStartTableName", start).ThrowIfViolated();

        var most = (int)(limit ?? MostNames);
        var names = tables.Names().Where(n => start is null || string.CompareOrdinal(n, start) > 0).Take(most + 1).ToList();
        answer.WriteStartArray("TableNames");
        foreach (var name in names.Take(most)) answer.WriteStringValue(name);
        answer.WriteEndArray();
        if (names.Count > most) answer.WriteString("LastEvaluatedTableName", names[most - 1]);
    }
}

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
