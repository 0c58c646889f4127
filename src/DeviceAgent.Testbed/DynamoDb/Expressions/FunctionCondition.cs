using DeviceAgent.Testbed.DynamoDb.Values;

namespace DeviceAgent.Testbed.DynamoDb.Expressions;

/// <summary>A function that is true or false of an item; <see cref="FunctionChecks"/> has seen to its operands.</summary>
internal sealed class FunctionCondition(string name, IReadOnlyList<Operand> operands) : Condition
{
    public string Name { get; } = name;

    public IReadOnlyList<Operand> Operands { get; } = operands;

    public override bool Matches(IReadOnlyDictionary<string, AttributeValue> item)
    {
        var first = Operands[0].Resolve(item);
        if (Name == "attribute_exists") return first is not null;
        if (Name == "attribute_not_exists") return first is null;

        var second = Operands[1].Resolve(item);
        if (first is null || second is null) return false;
        return Name switch
        {
            "attribute_type" => second.Type == AttributeType.S && first.Type.ToString() == second.Text,
            "begins_with" => BeginsWith(first, second),
            _ => Contains(first, second),
        };
    }

    private static bool BeginsWith(AttributeValue value, AttributeValue prefix) => (value.Type, prefix.Type) switch
    {
        (AttributeType.S, AttributeType.S) => value.Text.StartsWith(prefix.Text, StringComparison.Ordinal),
        (AttributeType.B, AttributeType.B) => value.Bytes.AsSpan().StartsWith(prefix.Bytes),
        _ => false,
    };

    private static bool Contains(AttributeValue value, AttributeValue part) => (value.Type, part.Type) switch
    {
        (AttributeType.S, AttributeType.S) => value.Text.Contains(part.Text, StringComparison.Ordinal),
        (AttributeType.B, AttributeType.B) => value.Bytes.AsSpan().IndexOf(part.Bytes) >= 0,
        (AttributeType.L, _) => value.Elements.Contains(part, AttributeComparer.Instance),
        _ => value.IsSet && value.Elements.Contains(part, AttributeComparer.Instance),
    };
}
