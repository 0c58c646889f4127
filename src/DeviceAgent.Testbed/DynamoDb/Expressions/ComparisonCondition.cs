using DeviceAgent.Testbed.DynamoDb.Values;

namespace DeviceAgent.Testbed.DynamoDb.Expressions;

/// <summary>Values of different types, and attributes that are not there, are unequal and have no order.</summary>
internal sealed class ComparisonCondition(string comparator, Operand left, Operand right) : Condition
{
    public string Comparator { get; } = comparator;

    public Operand Left { get; } = left;

    public Operand Right { get; } = right;

    public override bool Matches(IReadOnlyDictionary<string, AttributeValue> item)
    {
        var x = Left.Resolve(item);
        var y = Right.Resolve(item);
        return Comparator switch
        {
            "=" => AreEqual(x, y),
            "<>" => !AreEqual(x, y),
            "<" => AttributeComparer.Compare(x, y) < 0,
            "<=" => AttributeComparer.Compare(x, y) <= 0,
            ">" => AttributeComparer.Compare(x, y) > 0,
            _ => AttributeComparer.Compare(x, y) >= 0,
        };
    }

    private static bool AreEqual(AttributeValue? x, AttributeValue? y) => x is not null && AttributeComparer.Instance.Equals(x, y);
}
