namespace DeviceAgent.Testbed.DynamoDb.Expressions;

/// <summary>What can be wrong in an expression that is grammatical, in the order in which the service reports it.</summary>
internal enum Problem
{
    RedundantParentheses,
    UnknownFunction,
    MisusedFunction,
    ReservedWord,

    /// <summary>The first condition that has one of the problems below; an expression without conditions has them directly.</summary>
    Condition,
    UndefinedAlias,
    OperandCount,
    NotDistinct,
    OperandType,
    PathsOverlap,
    PathsConflict,
}
