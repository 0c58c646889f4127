using DeviceAgent.Testbed.DynamoDb.Values;

namespace DeviceAgent.Testbed.DynamoDb.Expressions;

internal sealed class PathOperand(DocumentPath path) : Operand
{
    public DocumentPath Path { get; } = path;

    public override AttributeValue? Resolve(IReadOnlyDictionary<string, AttributeValue> item) => Path.Resolve(item);
}
