using System.Globalization;

namespace DeviceAgent.Testbed.DynamoDb.Expressions;

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
