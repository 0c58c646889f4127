using DeviceAgent.Testbed.DynamoDb.Values;

namespace DeviceAgent.Testbed.DynamoDb.Expressions;

internal sealed class NotCondition(Condition inner) : Condition
{
    public override bool Matches(IReadOnlyDictionary<string, AttributeValue> item) => !inner.Matches(item);
}
