namespace DeviceAgent.Testbed.DynamoDb.Expressions;

/// <summary>Cuts an expression into tokens; the last one is always <see cref="TokenKind.End"/>.</summary>
internal static class Tokenizer
{
    private const string Whitespace = " \t\r\n";

    public static List<Token> Tokenize(string expression)
    {
        var tokens = new List<Token>();
        var at = 0;
        while (true)
        {
            while (at < expression.Length && Whitespace.Contains(expression[at])) at++;
            if (at == expression.Length) break;
            var (kind, length) = Next(expression.AsSpan(at));
            var text = expression.Substring(at, length);
            tokens.Add(new Token(kind == TokenKind.Name ? Keyword(text) : kind, text, at, at + length));
            at += length;
        }

        tokens.Add(new Token(TokenKind.End, "<EOF>", at, at));
        return tokens;
    }

    private static (TokenKind Kind, int Length) Next(ReadOnlySpan<char> rest) => rest[0] switch
    {
        '(' => (TokenKind.OpenParenthesis, 1),
        ')' => (TokenKind.CloseParenthesis, 1),
        '[' => (TokenKind.OpenBracket, 1),
        ']' => (TokenKind.CloseBracket, 1),
        ',' => (TokenKind.Comma, 1),
        '.' => (TokenKind.Dot, 1),
        '=' => (TokenKind.Comparator, 1),
        '<' => (TokenKind.Comparator, rest.StartsWith("<=") || rest.StartsWith("<>") ? 2 : 1),
        '>' => (TokenKind.Comparator, rest.StartsWith(">=") ? 2 : 1),
        '#' => Alias(TokenKind.NameAlias, rest),
        ':' => Alias(TokenKind.ValueAlias, rest),
        >= '0' and <= '9' => (TokenKind.Index, LengthOf(rest, char.IsAsciiDigit)),
        var c when IsWord(c) => (TokenKind.Name, LengthOf(rest, IsWord)),
        _ => (TokenKind.Unknown, 1),
    };

    private static (TokenKind Kind, int Length) Alias(TokenKind kind, ReadOnlySpan<char> rest)
    {
        var length = LengthOf(rest[1..], IsWord);
        return length == 0 ? (TokenKind.Unknown, 1) : (kind, 1 + length);
    }

    private static bool IsWord(char c) => char.IsAsciiLetterOrDigit(c) || c == '_';

    private static int LengthOf(ReadOnlySpan<char> text, Func<char, bool> belongs)
    {
        var length = 0;
        while (length < text.Length && belongs(text[length])) length++;
        return length;
    }

    private static TokenKind Keyword(string word) => word.ToUpperInvariant() switch
    {
        "AND" => TokenKind.And,
        "OR" => TokenKind.Or,
        "NOT" => TokenKind.Not,
        "BETWEEN" => TokenKind.Between,
        "IN" => TokenKind.In,
        _ => TokenKind.Name,
    };
}
