using DeviceAgent.Testbed.DynamoDb.Values;

namespace DeviceAgent.Testbed.DynamoDb.Expressions;

/// <summary>A parsed ProjectionExpression: the parts of an item that an answer shall hold.</summary>
internal sealed class Projection(IReadOnlyList<DocumentPath> paths)
{
    private readonly ProjectionNode _root = ProjectionNode.Of(paths);

    public IReadOnlyList<DocumentPath> Paths { get; } = paths;

    /// <summary>Lists keep the order of their elements, without gaps for those not asked for.</summary>
    public IReadOnlyDictionary<string, AttributeValue> Apply(IReadOnlyDictionary<string, AttributeValue> item) => _root.PickMembers(item);

    public static Projection? Parse(string? expression, ExpressionAttributes attributes)
    {
        if (expression is null) return null;
        var tokens = new TokenReader("ProjectionExpression", expression);
        var problems = new Problems();
        var parser = new PathParser(tokens, attributes, problems);
        var paths = new List<DocumentPath>();
        do
        {
            var path = parser.Parse();
            foreach (var earlier in paths) CheckOverlap(earlier, path, problems);
            paths.Add(path);
        }
        while (tokens.TryRead(TokenKind.Comma));

        tokens.Expect(TokenKind.End);
        return problems.First is { } problem ? throw tokens.Invalid(problem) : new Projection(paths);
    }

    private static void CheckOverlap(DocumentPath one, DocumentPath two, Problems problems)
    {
        var common = one.Elements.Zip(two.Elements).TakeWhile(p => p.First == p.Second).Count();
        var (first, second) = (one.Elements.ElementAtOrDefault(common), two.Elements.ElementAtOrDefault(common));
        const string Remedy = "must remove or rewrite one of these paths";
        if (common == Math.Min(one.Elements.Count, two.Elements.Count))
            problems.Add(Problem.PathsOverlap, $"Two document paths overlap with each other; {Remedy}; path one: {one}, path two: {two}");
        else if (first.Name is null != second.Name is null)
            problems.Add(Problem.PathsConflict, $"Two document paths conflict with each other; {Remedy}; path one: {one}, path two: {two}");
    }
}

/// <summary>The paths of a projection as a tree; a node without children takes its value as a whole.</summary>
internal sealed class ProjectionNode
{
    private readonly Dictionary<PathElement, ProjectionNode> _children = [];

    public static ProjectionNode Of(IEnumerable<DocumentPath> paths)
    {
        var root = new ProjectionNode();
        foreach (var path in paths)
        {
            var node = root;
            foreach (var element in path.Elements)
            {
                if (!node._children.TryGetValue(element, out var child)) node._children.Add(element, child = new ProjectionNode());
                node = child;
            }
        }

        return root;
    }

    public Dictionary<string, AttributeValue> PickMembers(IReadOnlyDictionary<string, AttributeValue> members)
    {
        var picked = new Dictionary<string, AttributeValue>();
        foreach (var (element, child) in _children)
        {
            if (element.Name is { } name && members.TryGetValue(name, out var value) && child.Pick(value) is { } part) picked.Add(name, part);
        }

        return picked;
    }

    private AttributeValue? Pick(AttributeValue value)
    {
        if (_children.Count == 0) return value;
        switch (value.Type)
        {
            case AttributeType.M:
                var members = PickMembers(value.Members);
                return members.Count == 0 ? null : AttributeValue.Of(members);
            case AttributeType.L:
                var elements = PickElements(value.Elements);
                return elements.Count == 0 ? null : AttributeValue.Of(AttributeType.L, elements);
            default:
                return null;
        }
    }

    private List<AttributeValue> PickElements(IReadOnlyList<AttributeValue> elements)
    {
        var picked = new List<AttributeValue>();
        foreach (var (element, child) in _children.OrderBy(c => c.Key.Index))
        {
            if (element.Name is null && element.Index < elements.Count && child.Pick(elements[element.Index]) is { } part) picked.Add(part);
        }

        return picked;
    }
}
