using DeviceAgent.Testbed.DynamoDb.Values;

namespace DeviceAgent.Testbed.DynamoDb.Expressions;

/// <summary>One condition of a KeyConditionExpression, with the attribute on the left.</summary>
/// <param name="Name">The key attribute.</param>
/// <param name="Operator"><c>=</c>, <c>&lt;</c>, <c>&lt;=</c>, <c>&gt;</c>, <c>&gt;=</c>, <c>BETWEEN</c> or <c>begins_with</c>.</param>
/// <param name="Values">Two of a BETWEEN, else one.</param>
internal sealed record KeyCondition(string Name, string Operator, IReadOnlyList<AttributeValue> Values)
{
    public const string Between = "BETWEEN";
    public const string BeginsWith = "begins_with";

    /// <summary>Does a key value meet the condition?</summary>
    public bool Matches(AttributeValue key) => new KeyRange(this).Contains(KeyEncoding.Encode(key));
}
