namespace DeviceAgent.Testbed.DynamoDb.Expressions;

/// <param name="Kind">What it is.</param>
/// <param name="Text">As written; <c>&lt;EOF&gt;</c> at the end.</param>
/// <param name="Start">Where it begins in the expression.</param>
/// <param name="End">Where what follows it begins.</param>
internal readonly record struct Token(TokenKind Kind, string Text, int Start, int End);
