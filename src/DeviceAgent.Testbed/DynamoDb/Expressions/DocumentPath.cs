using System.Globalization;
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

/// <summary>One step of a document path: a name, or (when the name is null) an index into a list.</summary>
internal readonly record struct PathElement(string? Name, int Index)
{
    public static PathElement Of(string name) => new(name, 0);

    public static PathElement Of(int index) => new(null, index);

    public override string ToString() => Name ?? $"[{Index}]";
}

/// <summary>Reads document paths: <c>name ( '.' name | '[' index ']' )*</c>, where a name may be an alias.</summary>
internal sealed class PathParser(TokenReader tokens, ExpressionAttributes attributes, Problems problems)
{
    public DocumentPath Parse()
    {
        var elements = new List<PathElement> { ParseName() };
        while (true)
        {
            if (tokens.TryRead(TokenKind.Dot)) elements.Add(ParseName());
            else if (tokens.TryRead(TokenKind.OpenBracket)) elements.Add(ParseIndex());
            else return new DocumentPath(elements);
        }
    }

    private PathElement ParseName()
    {
        if (tokens.Current.Kind == TokenKind.NameAlias) return PathElement.Of(Resolve(tokens.Read().Text));
        var name = tokens.Expect(TokenKind.Name).Text;
        if (ReservedWords.Contains(name)) problems.Add(Problem.ReservedWord, $"Attribute name is a reserved keyword; reserved keyword: {name}");
        return PathElement.Of(name);
    }

    private string Resolve(string alias)
    {
        if (attributes.Name(alias) is { } name) return name;
        problems.Add(Problem.UndefinedAlias, $"An expression attribute name used in the document path is not defined; attribute name: {alias}");
        return alias;
    }

    private PathElement ParseIndex()
    {
        if (tokens.Current.Kind != TokenKind.Index || !int.TryParse(tokens.Current.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var index))
            throw tokens.SyntaxError();
        tokens.Read();
        tokens.Expect(TokenKind.CloseBracket);
        return PathElement.Of(index);
    }
}
