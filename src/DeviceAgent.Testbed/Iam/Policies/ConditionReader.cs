namespace DeviceAgent.Testbed.Iam.Policies;

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
