using DeviceAgent.Testbed.DynamoDb.Values;

namespace DeviceAgent.Testbed.DynamoDb.Expressions;

/// <summary>Takes a KeyConditionExpression apart into at most one condition for each attribute.</summary>
internal static class KeyConditions
{
    public static IReadOnlyDictionary<string, KeyCondition> Read(ConditionExpression expression)
    {
        var conditions = new Dictionary<string, KeyCondition>();
        Add(expression.Condition, conditions);
        return conditions.Count <= 2 ? conditions : throw DynamoDbException.Validation("Conditions can be of length 1 or 2 only");
    }

    private static void Add(Condition condition, Dictionary<string, KeyCondition> conditions)
    {
        switch (condition)
        {
            case LogicalCondition { IsAnd: true } and:
                Add(and.Left, conditions);
                Add(and.Right, conditions);
                return;
            case LogicalCondition:
                throw InvalidOperator("OR");
            case NotCondition:
                throw InvalidOperator("NOT");
            case InCondition:
                throw InvalidOperator("IN");
            case ComparisonCondition { Comparator: "<>" }:
                throw InvalidOperator("<>");
            case ComparisonCondition comparison:
                AddKey(conditions, comparison.Comparator, comparison.Left, comparison.Right);
                return;
            case BetweenCondition between:
                RequireKeyFirst("BETWEEN", between.Value);
                AddKey(conditions, KeyCondition.Between, between.Value, between.Low, between.High);
                return;
            case FunctionCondition { Name: KeyCondition.BeginsWith } function:
                RequireKeyFirst(function.Name, function.Operands[0]);
                AddKey(conditions, function.Name, function.Operands[0], function.Operands[1]);
                return;
            case FunctionCondition function:
                throw InvalidOperator(function.Name);
        }
    }

    private static void AddKey(Dictionary<string, KeyCondition> conditions, string comparator, params Operand[] operands)
    {
        if (operands.Any(o => o is SizeOperand)) throw DynamoDbException.Validation("KeyConditionExpressions cannot contain nested operations");
        var paths = operands.OfType<PathOperand>().Select(o => o.Path).ToList();
        if (paths.Count > 1) throw InvalidCondition("Multiple attribute names used in one condition");
        if (paths.Count == 0) throw InvalidCondition("No key attribute specified");
        if (paths[0].IsNested) throw DynamoDbException.Validation("KeyConditionExpressions cannot have conditions on nested attributes");

        var direction = operands[0] is PathOperand ? comparator : Mirror(comparator);
        IReadOnlyList<AttributeValue> values = [.. operands.OfType<ValueOperand>().Select(o => o.Value)];
        if (!conditions.TryAdd(paths[0].Head, new KeyCondition(paths[0].Head, direction, values)))
            throw DynamoDbException.Validation("KeyConditionExpressions must only contain one condition per key");
    }

    private static void RequireKeyFirst(string comparator, Operand first)
    {
        if (first is ValueOperand) throw InvalidCondition($"{comparator} operator must have the key attribute as its first operand");
    }

    private static string Mirror(string comparator) => comparator switch
    {
        "<" => ">",
        "<=" => ">=",
        ">" => "<",
        ">=" => "<=",
        _ => comparator,
    };

    private static DynamoDbException InvalidOperator(string name) =>
        DynamoDbException.Validation($"Invalid operator used in KeyConditionExpression: {name}");

    private static DynamoDbException InvalidCondition(string what) =>
        DynamoDbException.Validation($"Invalid condition in KeyConditionExpression: {what}");
}

/// <summary>One condition of a KeyConditionExpression, with the attribute on the left.</summary>
/// <param name="Name">The key attribute.</param>
/// <param name="Operator"><c>=</c>, <c>&lt;</c>, <c>&lt;=</c>, <c>&gt;</c>, <c>&gt;=</c>, <c>BETWEEN</c> or <c>begins_with</c>.</param>
/// <param name="Values">Two of a BETWEEN, else one.</param>
internal sealed record KeyCondition(string Name, string Operator, IReadOnlyList<AttributeValue> Values)
{
    public const string Between = "BETWEEN";
    public const string BeginsWith = "begins_with";

    /// <summary>Does a key value meet the condition?</summary>
    public bool Matches(AttributeValue key) => new KeyRange(this).Contains(KeyEncoding.Encode(key));
}

/// <summary>The encoded keys that a key condition selects: a contiguous range. A null bound is no bound.</summary>
internal sealed class KeyRange
{
    public KeyRange(KeyCondition condition)
    {
        var first = KeyEncoding.Encode(condition.Values[0]);
        (Low, LowIncluded, High, HighIncluded) = condition.Operator switch
        {
            "=" => (first, true, first, true),
            "<" => (null, false, first, false),
            "<=" => (null, false, first, true),
            ">" => (first, false, null, false),
            ">=" => (first, true, null, false),
            KeyCondition.Between => (first, true, KeyEncoding.Encode(condition.Values[1]), true),
            _ => (first, true, KeyEncoding.AfterPrefix(first), false),
        };
    }

    public byte[]? Low { get; }

    public bool LowIncluded { get; }

    public byte[]? High { get; }

    public bool HighIncluded { get; }

    public bool Contains(byte[] key)
    {
        var low = Low is null ? 1 : key.AsSpan().SequenceCompareTo(Low);
        var high = High is null ? -1 : key.AsSpan().SequenceCompareTo(High);
        return (low > 0 || (low == 0 && LowIncluded)) && (high < 0 || (high == 0 && HighIncluded));
    }
}
