using System.Text.Json;
using DeviceAgent.Testbed.DynamoDb.Tables;

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
