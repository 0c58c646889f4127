using DeviceAgent.Testbed.DynamoDb.Values;

namespace DeviceAgent.Testbed.DynamoDb.Expressions;

internal sealed class LogicalCondition(bool isAnd, Condition left, Condition right) : Condition
{
    /// <summary>AND; otherwise OR.</summary>
    public bool IsAnd { get; } = isAnd;

    public Condition Left { get; } = left;

    public Condition Right { get; } = right;

    public override bool Matches(IReadOnlyDictionary<string, AttributeValue> item) =>
        IsAnd ? Left.Matches(item) && Right.Matches(item) : Left.Matches(item) || Right.Matches(item);
}
