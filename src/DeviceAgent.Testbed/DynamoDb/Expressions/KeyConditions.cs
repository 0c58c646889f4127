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
