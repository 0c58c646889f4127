namespace DeviceAgent.Testbed.DynamoDb.Expressions;

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
