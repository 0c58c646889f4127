using DeviceAgent.Testbed.DynamoDb.Values;

namespace DeviceAgent.Testbed.DynamoDb.Expressions;

internal sealed class BetweenCondition(Operand value, Operand low, Operand high) : Condition
{
    public Operand Value { get; } = value;

    public Operand Low { get; } = low;

    public Operand High { get; } = high;

    public override bool Matches(IReadOnlyDictionary<string, AttributeValue> item)
    {
        var middle = Value.Resolve(item);
        return AttributeComparer.Compare(middle, Low.Resolve(item)) >= 0 && AttributeComparer.Compare(middle, High.Resolve(item)) <= 0;
    }
}
