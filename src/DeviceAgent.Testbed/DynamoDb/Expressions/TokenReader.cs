namespace DeviceAgent.Testbed.DynamoDb.Expressions;

/// <summary>Walks through the tokens of one expression and words its syntax errors.</summary>
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
