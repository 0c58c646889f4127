using DeviceAgent.Testbed.DynamoDb.Values;

namespace DeviceAgent.Testbed.DynamoDb.Expressions;

/// <summary>
/// Recursive descent over <c>or := and ( OR and )*</c>, <c>and := not ( AND not )*</c>, <c>not := NOT not | comparison</c>,
/// <c>comparison := primary [ comparator primary | BETWEEN primary AND primary | IN ( primary, … ) ]</c>,
/// <c>primary := ( or ) | function | path | :value</c>.
/// </summary>
internal sealed class ConditionParser
{
    private const int MostOperators = 300;
    private const int MostChoices = 100;
    private const int DeepestNesting = 300;

    private readonly TokenReader _tokens;
    private readonly ExpressionAttributes _attributes;
    private readonly Problems _problems = new();
    private readonly PathParser _pathParser;
    private readonly FunctionChecks _checks;
    private readonly List<DocumentPath> _paths = [];
    private readonly Dictionary<int, int> _parentheses = [];
    private int _operators;
    private int _depth;

    private ConditionParser(TokenReader tokens, ExpressionAttributes attributes)
    {
        _tokens = tokens;
        _attributes = attributes;
        _pathParser = new PathParser(tokens, attributes, _problems);
        _checks = new FunctionChecks(_problems);
    }

    /// <param name="kind">The parameter's name, for the error messages.</param>
    /// <param name="expression">Null when the request does not have it.</param>
    /// <param name="attributes">The aliases of the request.</param>
    public static ConditionExpression? Parse(string kind, string? expression, ExpressionAttributes attributes)
    {
        if (expression is null) return null;
        var tokens = new TokenReader(kind, expression);
        var parser = new ConditionParser(tokens, attributes);
        var condition = parser.RequireCondition(parser.ParseOr());
        tokens.Expect(TokenKind.End);
        return parser._problems.First is { } problem ? throw tokens.Invalid(problem) : new ConditionExpression(condition, parser._paths);
    }

    private ExpressionNode ParseOr()
    {
        var left = ParseAnd();
        while (TryReadOperator(TokenKind.Or)) left = new LogicalCondition(isAnd: false, RequireCondition(left), RequireCondition(ParseAnd()));
        return left;
    }

    private ExpressionNode ParseAnd()
    {
        var left = ParseNot();
        while (TryReadOperator(TokenKind.And)) left = new LogicalCondition(isAnd: true, RequireCondition(left), RequireCondition(ParseNot()));
        return left;
    }

    private ExpressionNode ParseNot() =>
        TryReadOperator(TokenKind.Not) ? new NotCondition(RequireCondition(ParseNot())) : ParseComparison();

    private ExpressionNode ParseComparison()
    {
        var left = ParsePrimary();
        var kind = _tokens.Current.Kind;
        if (kind is not (TokenKind.Comparator or TokenKind.Between or TokenKind.In)) return left;

        CountOperator();
        var operand = RequireOperand(left);
        var word = _tokens.Read().Text;
        Condition condition = kind switch
        {
            TokenKind.Comparator => ParseComparator(word, operand),
            TokenKind.Between => ParseBetween(operand),
            _ => ParseIn(operand),
        };
        _problems.EndCondition();
        return condition;
    }

    private ComparisonCondition ParseComparator(string comparator, Operand left)
    {
        var right = ParseOperand();
        _checks.CheckDistinct(comparator, left, right);
        return new ComparisonCondition(comparator, left, right);
    }

    private BetweenCondition ParseBetween(Operand value)
    {
        var low = ParseOperand();
        _tokens.Expect(TokenKind.And);
        var high = ParseOperand();
        _checks.CheckBounds(low, high);
        return new BetweenCondition(value, low, high);
    }

    private InCondition ParseIn(Operand value)
    {
        var choices = ParseOperands();
        if (choices.Count > MostChoices)
            _problems.Add(Problem.OperandCount, $"The IN operator is provided with too many operands; number of operands: {choices.Count}");
        return new InCondition(value, choices);
    }

    private ExpressionNode ParsePrimary()
    {
        switch (_tokens.Current.Kind)
        {
            case TokenKind.OpenParenthesis:
                return ParseParentheses();
            case TokenKind.Name when _tokens.Following == TokenKind.OpenParenthesis:
                return ParseFunction();
            case TokenKind.Name or TokenKind.NameAlias:
                var path = _pathParser.Parse();
                _paths.Add(path);
                return new PathOperand(path);
            case TokenKind.ValueAlias:
                return new ValueOperand(ResolveValue(_tokens.Read().Text));
            default:
                throw _tokens.SyntaxError();
        }
    }

    private ExpressionNode ParseParentheses()
    {
        if (++_depth > DeepestNesting) throw _tokens.Invalid($"The expression has parentheses more than {DeepestNesting} levels deep");
        var open = _tokens.Position;
        _tokens.Read();
        var inner = ParseOr();
        _depth--;
        var close = _tokens.Position;
        _tokens.Expect(TokenKind.CloseParenthesis);
        if (_parentheses.TryGetValue(open + 1, out var innerClose) && innerClose == close - 1)
            _problems.Add(Problem.RedundantParentheses, "The expression has redundant parentheses;");
        _parentheses[open] = close;
        return inner;
    }

    private ExpressionNode ParseFunction()
    {
        CountOperator();
        var name = _tokens.Read().Text;
        var operands = ParseOperands();
        var usable = _checks.Check(name, operands);
        if (name == "size") return new SizeOperand(operands[0]);
        _problems.EndCondition();
        return new FunctionCondition(name, usable ? operands : [operands[0], operands[0]]);
    }

    private List<Operand> ParseOperands()
    {
        _tokens.Expect(TokenKind.OpenParenthesis);
        var operands = new List<Operand>();
        do operands.Add(ParseOperand());
        while (_tokens.TryRead(TokenKind.Comma));
        _tokens.Expect(TokenKind.CloseParenthesis);
        return operands;
    }

    private Operand ParseOperand() => RequireOperand(ParsePrimary());

    private Operand RequireOperand(ExpressionNode node)
    {
        if (node is Operand operand) return operand;
        if (node is not FunctionCondition function) throw _tokens.SyntaxError();
        AddMisused(function.Name);
        return new ValueOperand(AttributeValue.Null);
    }

    private Condition RequireCondition(ExpressionNode node)
    {
        if (node is Condition condition) return condition;
        if (node is not SizeOperand size) throw _tokens.SyntaxError();
        AddMisused("size");
        return new ComparisonCondition("=", size, size);
    }

    private AttributeValue ResolveValue(string alias)
    {
        if (_attributes.Value(alias) is { } value) return value;
        _problems.Add(Problem.UndefinedAlias, $"An expression attribute value used in expression is not defined; attribute value: {alias}");
        return AttributeValue.Null;
    }

    private void AddMisused(string function) =>
        _problems.Add(Problem.MisusedFunction, $"The function is not allowed to be used this way in an expression; function: {function}");

    private bool TryReadOperator(TokenKind kind)
    {
        if (!_tokens.TryRead(kind)) return false;
        CountOperator();
        return true;
    }

    private void CountOperator()
    {
        if (++_operators > MostOperators)
            throw _tokens.Invalid($"The expression contains more than {MostOperators} operators and functions");
    }
}
