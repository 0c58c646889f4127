using DeviceAgent.Testbed.DynamoDb.Tables;
using DeviceAgent.Testbed.DynamoDb.Values;

namespace DeviceAgent.Testbed.DynamoDb.Operations;

/// <summary>The partition key values that a request names, for <c>dynamodb:LeadingKeys</c>.</summary>
internal static class LeadingKeys
{
    /// <param name="table">Null when it does not exist: then nothing is known of its keys.</param>
    /// <param name="items">Items or keys.</param>
    public static IReadOnlyList<string> Of(Table? table, IEnumerable<IReadOnlyDictionary<string, AttributeValue>> items)
    {
        if (table is null) return [];
        var values = items.Select(i => i.GetValueOrDefault(table.Definition.PartitionKey.Name)).OfType<AttributeValue>();
        return [.. values.Select(v => v.ToPlainText()).Distinct()];
    }
}
