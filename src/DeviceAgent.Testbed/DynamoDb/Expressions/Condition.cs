using DeviceAgent.Testbed.DynamoDb.Values;

namespace DeviceAgent.Testbed.DynamoDb.Expressions;

internal abstract class Condition : ExpressionNode
{
    public abstract bool Matches(IReadOnlyDictionary<string, AttributeValue> item);
}

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

internal sealed class InCondition(Operand value, IReadOnlyList<Operand> choices) : Condition
{
    public override bool Matches(IReadOnlyDictionary<string, AttributeValue> item) =>
        value.Resolve(item) is { } found && choices.Any(c => AttributeComparer.Instance.Equals(found, c.Resolve(item)));
}

internal sealed class LogicalCondition(bool isAnd, Condition left, Condition right) : Condition
{
    /// <summary>AND; otherwise OR.</summary>
    public bool IsAnd { get; } = isAnd;

    public Condition Left { get; } = left;

    public Condition Right { get; } = right;

    public override bool Matches(IReadOnlyDictionary<string, AttributeValue> item) =>
        IsAnd ? Left.Matches(item) && Right.Matches(item) : Left.Matches(item) || Right.Matches(item);
}

internal sealed class NotCondition(Condition inner) : Condition
{
    public override bool Matches(IReadOnlyDictionary<string, AttributeValue> item) => !inner.Matches(item);
}

/// <summary>A function that is true or false of an item; <see cref="FunctionChecks"/> has checked its operands.</summary>
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

/// <summary>A parsed ConditionExpression, FilterExpression or KeyConditionExpression.</summary>
internal sealed record ConditionExpression(Condition Condition, IReadOnlyList<DocumentPath> Paths);
