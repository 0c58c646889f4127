using DeviceAgent.Testbed.DynamoDb.Values;

namespace DeviceAgent.Testbed.DynamoDb.Expressions;

internal abstract class Condition : ExpressionNode
{
    public abstract bool Matches(IReadOnlyDictionary<string, AttributeValue> item);
}
