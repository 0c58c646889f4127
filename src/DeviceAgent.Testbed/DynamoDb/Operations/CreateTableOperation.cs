using System.Text.Json;
using DeviceAgent.Testbed.DynamoDb.Tables;

namespace DeviceAgent.Testbed.DynamoDb.Operations;

internal sealed class CreateTableOperation(TableCatalog tables) : IOperation
{
    public IReadOnlyList<DynamoDbAccess> Accesses(JsonElement request) =>
        [new DynamoDbAccess("dynamodb:CreateTable", CreateTableRequest.Read(request).TableName, [])];

    public void Execute(JsonElement request, Utf8JsonWriter answer)
    {
        var table = tables.Create(CreateTableRequest.Read(request).ToDefinition(tables.Now));
        TableDescription.Write(answer, "TableDescription", table, TableStatus.CREATING);
    }
}
