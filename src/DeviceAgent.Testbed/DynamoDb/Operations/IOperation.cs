using System.Text.Json;
using DeviceAgent.Testbed.DynamoDb.Expressions;
using DeviceAgent.Testbed.DynamoDb.Tables;
using DeviceAgent.Testbed.DynamoDb.Values;
using DeviceAgent.Testbed.DynamoDb.Wire;

namespace DeviceAgent.Testbed.DynamoDb.Operations;

/// <summary>One API operation. Both methods run inside a transaction of the database and throw <see cref="DynamoDbException"/>.</summary>
internal interface IOperation
{
    /// <summary>What the request wants to touch, for the authorisation that comes before the execution.</summary>
    IReadOnlyList<DynamoDbAccess> Accesses(JsonElement request);

    /// <summary>Does it and writes the members of the answer.</summary>
    void Execute(JsonElement request, Utf8JsonWriter answer);
}

/// <summary>The TableName parameter, which may also be the table's ARN.</summary>
internal static class TableName
{
    private const string Member = "TableName";
    private static readonly string ArnPrefix = TableDefinition.ArnOf("");

    /// <summary>Of a data operation, which checks it with the model's constraints; null when absent.</summary>
    public static string? Read(JsonElement request) => request.StringMember(Member) is { } name ? OfArn(name) : null;

    public static string OfArn(string name) => name.StartsWith(ArnPrefix, StringComparison.Ordinal) ? name[ArnPrefix.Length..] : name;

    /// <summary>Of a control operation, which has error texts of its own for an absent name and one of a wrong length.</summary>
    public static string ReadRequired(JsonElement request)
    {
        var name = Read(request) ?? throw DynamoDbException.Validation($"The parameter '{Member}' is required but was not present in the request");
        if (name.Length is < 3 or > 255) throw DynamoDbException.Validation($"{Member} must be at least 3 characters long and at most 255 characters long");
        new Constraints().Pattern("tableName", name).ThrowIfViolated();
        return name;
    }
}

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

internal static class KeyPaths
{
    /// <summary>Refuses paths that go into a key attribute, which is never a document.</summary>
    public static void Check(TableDefinition table, IEnumerable<DocumentPath>? paths)
    {
        var nested = (paths ?? []).Where(p => p.IsNested).Select(p => p.Head).ToHashSet();
        if (table.Keys.FirstOrDefault(k => nested.Contains(k.Name)) is { } key)
            throw DynamoDbException.Validation($"Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: Key: {key.Name}");
    }
}

/// <summary>What CreateTable can ask for on AWS and the testbed does not do: refused by name, never ignored.</summary>
internal static class UnsupportedFeatures
{
    private static readonly string[] Unsupported = ["ResourcePolicy", "OnDemandThroughput", "WarmThroughput", "GlobalTableSourceArn", "GlobalTableSettingsReplicationMode"];

    public static void Refuse(JsonElement request)
    {
        foreach (var indexes in (string[])["LocalSecondaryIndexes", "GlobalSecondaryIndexes"])
        {
            if (request.ListMember(indexes) is not { } list) continue;
            throw list.Count == 0
                ? DynamoDbException.Validation($"One or more parameter values were invalid: List of {indexes} is empty")
                : NotSupported(indexes, "create the table without them and query by its primary key");
        }

        if (request.StructureMember("StreamSpecification", "StreamSpecification")?.BooleanMember("StreamEnabled") == true)
            throw NotSupported("StreamSpecification", "create the table without a stream");

        foreach (var name in Unsupported)
        {
            if (request.Member(name) is not null) throw NotSupported(name, "leave it out");
        }
    }

    private static DynamoDbException NotSupported(string what, string remedy) =>
        DynamoDbException.Validation($"The testbed does not support {what}: {remedy}");
}
