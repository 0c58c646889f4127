using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using DeviceAgent.Credentials.Text;

namespace DeviceAgent.Upload.DynamoDb;

/// <summary>Compares the table with what the configuration says of it.</summary>
internal static class TableCheck
{
    /// <summary>What is wrong, or null.</summary>
    public static UploadFault? FindProblem(TableDescription description, TableOptions table)
    {
        if (description.TableStatus != TableStatus.ACTIVE && description.TableStatus != TableStatus.UPDATING)
        {
            return new UploadFault(FaultKind.Parked, $"The table '{table.TableName}' is {PrintableText.Of(description.TableStatus?.Value) ?? "in no known state"}.", "Wait until it is ACTIVE, or see to it in the console.");
        }

        var types = (description.AttributeDefinitions ?? []).Where(d => d.AttributeName is not null).DistinctBy(d => d.AttributeName).ToDictionary(d => d.AttributeName, d => d.AttributeType?.Value ?? "?");
        var keys = (description.KeySchema ?? []).OrderBy(k => k.KeyType == KeyType.HASH ? 0 : 1).Select(k => $"{k.AttributeName} ({types.GetValueOrDefault(k.AttributeName ?? "", "?")})").ToList();
        string[] expected = [$"{table.PartitionKey} (S)", $"{table.SortKey} (S)"];
        return keys.SequenceEqual(expected)
            ? null
            : new UploadFault(FaultKind.Parked, $"The table '{table.TableName}' has the key {PrintableText.Of(string.Join(", ", keys))}; {string.Join(", ", expected)} is expected.", KeyRemedy(table));
    }

    public static string KeyRemedy(TableOptions table) =>
        $"Create a table with partition key {table.PartitionKey} and sort key {table.SortKey}, both of type S (string), or set partitionKey and sortKey to the table's own; the timestamp is stored as ISO-8601 text, a key of type N cannot hold it.";
}
