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

/// <param name="Kind">What it is.</param>
/// <param name="Text">As written; <c>&lt;EOF&gt;</c> at the end.</param>
/// <param name="Start">Where it begins in the expression.</param>
/// <param name="End">Where what follows it begins.</param>
internal readonly record struct Token(TokenKind Kind, string Text, int Start, int End);

internal enum TokenKind
{
    Name,
    NameAlias,
    ValueAlias,
    Index,
    Comparator,
    OpenParenthesis,
    CloseParenthesis,
    OpenBracket,
    CloseBracket,
    Comma,
    Dot,
    And,
    Or,
    Not,
    Between,
    In,
    Unknown,
    End,
}

/// <summary>Walks through the tokens of one expression and reports its syntax errors.</summary>
internal sealed class TokenReader
{
    private const int LongestExpression = 4096;
    private readonly string _kind;
    private readonly string _expression;
    private readonly List<Token> _tokens;

    /// <param name="kind">The parameter's name, e.g. <c>FilterExpression</c>.</param>
    /// <param name="expression">Its text.</param>
    public TokenReader(string kind, string expression)
    {
        _kind = kind;
        _expression = expression;
        if (expression.Length == 0) throw Invalid("The expression can not be empty;");
        if (expression.Length > LongestExpression)
            throw Invalid($"Expression size has exceeded the maximum allowed size; expression size: {expression.Length}");
        _tokens = Tokenizer.Tokenize(expression);
    }

    /// <summary>The number of tokens read so far.</summary>
    public int Position { get; private set; }

    public Token Current => _tokens[Position];

    public TokenKind Following => _tokens[Math.Min(Position + 1, _tokens.Count - 1)].Kind;

    public Token Read()
    {
        var token = Current;
        if (token.Kind != TokenKind.End) Position++;
        return token;
    }

    public bool TryRead(TokenKind kind)
    {
        if (Current.Kind != kind) return false;
        Read();
        return true;
    }

    public Token Expect(TokenKind kind) => Current.Kind == kind ? Read() : throw SyntaxError();

    public DynamoDbException Invalid(string what) => DynamoDbException.Validation($"Invalid {_kind}: {what}");

    /// <summary>The current token cannot stand where it stands; shown with its neighbours.</summary>
    public DynamoDbException SyntaxError()
    {
        var start = _tokens[Math.Max(Position - 1, 0)].Start;
        var end = _tokens[Math.Min(Position + 1, _tokens.Count - 1)].End;
        return Invalid($"Syntax error; token: \"{Current.Text}\", near: \"{_expression[start..end]}\"");
    }
}
