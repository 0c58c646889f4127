using System.Text.Json;
using DeviceAgent.Testbed.DynamoDb.Tables;
using DeviceAgent.Testbed.DynamoDb.Wire;

namespace DeviceAgent.Testbed.DynamoDb.Operations;

/// <summary>The TableName parameter, which may also be the table's ARN.</summary>
internal static class TableName
{
    private const string Member = "TableName";
    private static readonly string ArnPrefix = TableDefinition.ArnOf("");

    /// <summary>Of a data operation, which checks it with the model's constraints; null when absent.</summary>
    public static string? Read(JsonElement request) => request.StringMember(Member) is { } name ? OfArn(name) : null;

    public static string OfArn(string name) => name.StartsWith(ArnPrefix, StringComparison.Ordinal) ? name[ArnPrefix.Length..] : name;

    /// <summary>Of a control operation, which has words of its own for an absent name and one of a wrong length.</summary>
    public static string ReadRequired(JsonElement request)
    {
        var name = Read(request) ?? throw DynamoDbException.Validation($"The parameter '{Member}' is required but was not present in the request");
        if (name.Length is < 3 or > 255) throw DynamoDbException.Validation($"{Member} must be at least 3 characters long and at most 255 characters long");
        new Constraints().Pattern("tableName", name).ThrowIfViolated();
        return name;
    }
}
