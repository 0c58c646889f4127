using DeviceAgent.Testbed.DynamoDb.Values;

namespace DeviceAgent.Testbed.DynamoDb.Expressions;

/// <summary>A path such as <c>a.b[1].c</c>; the first element is always a name.</summary>
internal sealed class DocumentPath(IReadOnlyList<PathElement> elements)
{
    public IReadOnlyList<PathElement> Elements { get; } = elements;

    /// <summary>The top-level attribute.</summary>
    public string Head => Elements[0].Name!;

    public bool IsNested => Elements.Count > 1;

    public AttributeValue? Resolve(IReadOnlyDictionary<string, AttributeValue> item)
    {
        var value = item.GetValueOrDefault(Head);
        foreach (var element in Elements.Skip(1))
        {
            value = (element.Name, value?.Type) switch
            {
                ({ } name, AttributeType.M) => value.Members.GetValueOrDefault(name),
                (null, AttributeType.L) when element.Index < value.Elements.Count => value.Elements[element.Index],
                _ => null,
            };
        }

        return value;
    }

    public bool IsSame(DocumentPath other) => Elements.SequenceEqual(other.Elements);

    public override string ToString() => $"[{string.Join(", ", Elements)}]";
}
