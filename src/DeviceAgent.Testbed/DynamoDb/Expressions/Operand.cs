using DeviceAgent.Testbed.DynamoDb.Values;

namespace DeviceAgent.Testbed.DynamoDb.Expressions;

internal abstract class Operand : ExpressionNode
{
    /// <summary>The type, when it is known without an item.</summary>
    public virtual AttributeType? KnownType => null;

    /// <summary>The value in an item; null when the item does not have it.</summary>
    public abstract AttributeValue? Resolve(IReadOnlyDictionary<string, AttributeValue> item);
}
