namespace DeviceAgent.Testbed.DynamoDb.Expressions;

/// <summary>A parsed ConditionExpression, FilterExpression or KeyConditionExpression.</summary>
internal sealed record ConditionExpression(Condition Condition, IReadOnlyList<DocumentPath> Paths);
