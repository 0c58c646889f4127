namespace DeviceAgent.Testbed.Iam.Policies;

/// <summary>One line of a Condition block: an operator, a key of the request and the values that the policy lists.</summary>
internal abstract record Condition
{
    public abstract bool Holds(IReadOnlyDictionary<string, IReadOnlyList<string>> context);
}

/// <summary>Compares one value of the request with one value that the policy lists; the context is there for variables in the latter.</summary>
internal delegate bool ConditionTest(string actual, IReadOnlyDictionary<string, IReadOnlyList<string>> context);

/// <summary><c>"Null": {"key": "true"}</c>: the key is absent; with <c>"false"</c>: it is there.</summary>
internal sealed record NullCondition(string Key, bool Absent) : Condition
{
    public override bool Holds(IReadOnlyDictionary<string, IReadOnlyList<string>> context) =>
        Absent != (context.TryGetValue(Key, out var values) && values.Count > 0);
}

internal enum ConditionScope
{
    /// <summary>No qualifier: the key has one value.</summary>
    SingleValue,

    /// <summary><c>ForAllValues:</c> every value in the request satisfies the operator; so does a key without values.</summary>
    AllValues,

    /// <summary><c>ForAnyValue:</c> at least one value in the request satisfies the operator.</summary>
    AnyValue,
}

/// <summary>Reads a Condition block: operators with optional <c>ForAllValues:</c>, <c>ForAnyValue:</c> and <c>IfExists</c>.</summary>
internal sealed class ConditionReader(bool variables)
{
    private const string Null = "Null";
    private const string IfExists = "IfExists";

    private static readonly (string Prefix, ConditionScope Scope)[] _qualifiers =
    [
        ("ForAllValues:", ConditionScope.AllValues),
        ("ForAnyValue:", ConditionScope.AnyValue),
    ];

    public IReadOnlyList<Condition> Read(PolicyNode block) =>
        [.. block.Fields.SelectMany(entry => ReadOperator(entry.Name, entry.Value))];

    private IEnumerable<Condition> ReadOperator(string written, PolicyNode node)
    {
        if (written == Null) return node.Fields.Select(field => ReadNull(field.Name, field.Value));
        var (prefix, scope) = Array.Find(_qualifiers, q => written.StartsWith(q.Prefix, StringComparison.Ordinal));
        var name = written[(prefix?.Length ?? 0)..];
        var ifExists = name.EndsWith(IfExists, StringComparison.Ordinal);
        if (ifExists) name = name[..^IfExists.Length];
        if (!ConditionOperator.All.TryGetValue(name, out var comparison))
            throw node.Invalid($"\"{written}\" is not a condition operator; known are {string.Join(", ", ConditionOperator.All.Keys.Append(Null).Order(StringComparer.Ordinal))}");
        return node.Fields.Select(field => new Comparison(
            Key(field.Name, field.Value),
            [.. field.Value.Scalars.Select(value => field.Value.Located(() => comparison.Compile(value, variables)))],
            comparison.Negated,
            scope,
            ifExists));
    }

    private static NullCondition ReadNull(string name, PolicyNode value) =>
        value.Scalars is [var scalar] && bool.TryParse(scalar, out var absent)
            ? new NullCondition(Key(name, value), absent)
            : throw value.Invalid("must be \"true\" (the key is absent) or \"false\" (it is there)");

    private static string Key(string name, PolicyNode node) => name.IndexOf(':', StringComparison.Ordinal) > 0
        ? name
        : throw node.Invalid($"the condition key \"{name}\" must carry the name of its service, as in \"aws:SourceArn\"");
}
