using System.Text.Json;
using DeviceAgent.Testbed.DynamoDb.Tables;

namespace DeviceAgent.Testbed.DynamoDb.Operations;

internal sealed class DescribeTimeToLiveOperation(TableCatalog tables) : IOperation
{
    public IReadOnlyList<DynamoDbAccess> Accesses(JsonElement request) =>
        [new DynamoDbAccess("dynamodb:DescribeTimeToLive", TableName.ReadRequired(request), [])];

    public void Execute(JsonElement request, Utf8JsonWriter answer)
    {
        var setting = tables.Existing(TableName.ReadRequired(request)).Definition.TimeToLive;
        var enabled = setting is { Enabled: true };
        answer.WriteStartObject("TimeToLiveDescription");
        answer.WriteString("TimeToLiveStatus", enabled ? "ENABLED" : "DISABLED");
        if (enabled) answer.WriteString("AttributeName", setting!.AttributeName);
        answer.WriteEndObject();
    }
}
