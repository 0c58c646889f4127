using DeviceAgent.Testbed.DynamoDb.Values;

namespace DeviceAgent.Testbed.DynamoDb.Expressions;

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
