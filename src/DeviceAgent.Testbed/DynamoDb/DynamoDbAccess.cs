namespace DeviceAgent.Testbed.DynamoDb;

/// <summary>One thing a request wants to do, as IAM sees it.</summary>
/// <param name="Action">E.g. <c>dynamodb:PutItem</c>.</param>
/// <param name="TableName">The table's name, or <see cref="AllTables"/> for an action that has no table (ListTables).</param>
/// <param name="LeadingKeys">The partition key values named by the request, as text; empty when it names none.</param>
internal sealed record DynamoDbAccess(string Action, string TableName, IReadOnlyList<string> LeadingKeys)
{
    public const string AllTables = "*";
}
