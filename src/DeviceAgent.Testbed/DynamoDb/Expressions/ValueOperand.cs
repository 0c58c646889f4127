using DeviceAgent.Testbed.DynamoDb.Values;

namespace DeviceAgent.Testbed.DynamoDb.Expressions;

internal sealed class ValueOperand(AttributeValue value) : Operand
{
    public AttributeValue Value { get; } = value;

    public override AttributeType? KnownType => Value.Type;

    public override AttributeValue? Resolve(IReadOnlyDictionary<string, AttributeValue> item) => Value;
}
