using DeviceAgent.Testbed.DynamoDb.Values;

namespace DeviceAgent.Testbed.DynamoDb.Expressions;

internal sealed class InCondition(Operand value, IReadOnlyList<Operand> choices) : Condition
{
    public override bool Matches(IReadOnlyDictionary<string, AttributeValue> item) =>
        value.Resolve(item) is { } found && choices.Any(c => AttributeComparer.Instance.Equals(found, c.Resolve(item)));
}
