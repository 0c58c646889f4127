using System.Text.Json;

namespace DeviceAgent.Testbed.DynamoDb.Tables;

/// <summary>A table as DescribeTable and similar operations show it.</summary>
internal static class TableDescription
{
    public static void Write(Utf8JsonWriter writer, string name, Table table, TableStatus status)
    {
        var definition = table.Definition;
        writer.WriteStartObject(name);
        WriteKeys(writer, definition);
        writer.WriteString("TableName", definition.Name);
        writer.WriteString("TableStatus", status.ToString());
        writer.WriteNumber("CreationDateTime", Seconds(definition.CreatedAt));
        WriteThroughput(writer, definition);
        writer.WriteNumber("TableSizeBytes", table.SizeBytes);
        writer.WriteNumber("ItemCount", table.ItemCount);
        writer.WriteString("TableArn", definition.Arn);
        writer.WriteString("TableId", definition.Id);
        if (definition.TableClass is { } tableClass)
        {
            writer.WriteStartObject("TableClassSummary");
            writer.WriteString("TableClass", tableClass);
            writer.WriteEndObject();
        }

        if (definition.EncryptionKeyArn is { } key)
        {
            writer.WriteStartObject("SSEDescription");
            writer.WriteString("Status", "ENABLED");
            writer.WriteString("SSEType", "KMS");
            writer.WriteString("KMSMasterKeyArn", key);
            writer.WriteEndObject();
        }

        writer.WriteBoolean("DeletionProtectionEnabled", definition.DeletionProtection);
        writer.WriteEndObject();
    }

    private static void WriteKeys(Utf8JsonWriter writer, TableDefinition definition)
    {
        writer.WriteStartArray("AttributeDefinitions");
        foreach (var attribute in definition.AttributeDefinitions)
        {
            writer.WriteStartObject();
            writer.WriteString("AttributeName", attribute.Name);
            writer.WriteString("AttributeType", attribute.Type.ToString());
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartArray("KeySchema");
        foreach (var key in definition.Keys)
        {
            writer.WriteStartObject();
            writer.WriteString("AttributeName", key.Name);
            writer.WriteString("KeyType", key == definition.PartitionKey ? "HASH" : "RANGE");
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteThroughput(Utf8JsonWriter writer, TableDefinition definition)
    {
        writer.WriteStartObject("ProvisionedThroughput");
        writer.WriteNumber("NumberOfDecreasesToday", 0);
        writer.WriteNumber("ReadCapacityUnits", definition.ReadUnits);
        writer.WriteNumber("WriteCapacityUnits", definition.WriteUnits);
        writer.WriteEndObject();
        if (!definition.OnDemand) return;
        writer.WriteStartObject("BillingModeSummary");
        writer.WriteString("BillingMode", "PAY_PER_REQUEST");
        writer.WriteNumber("LastUpdateToPayPerRequestDateTime", Seconds(definition.CreatedAt));
        writer.WriteEndObject();
    }

    private static decimal Seconds(DateTimeOffset time) => time.ToUnixTimeMilliseconds() / 1000m;
}
