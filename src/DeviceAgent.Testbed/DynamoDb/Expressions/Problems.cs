namespace DeviceAgent.Testbed.DynamoDb.Expressions;

/// <summary>Gathers the problems of one expression: the first of each sort, of which the first sort is reported.</summary>
internal sealed class Problems
{
    private readonly SortedDictionary<Problem, string> _found = [];

    public void Add(Problem problem, string text) => _found.TryAdd(problem, text);

    /// <summary>Ends one condition of a condition expression.</summary>
    public void EndCondition()
    {
        var own = _found.Where(p => p.Key > Problem.Condition).ToList();
        if (own.Count == 0) return;
        _found.TryAdd(Problem.Condition, own[0].Value);
        foreach (var problem in own) _found.Remove(problem.Key);
    }

    public string? First => _found.Count == 0 ? null : _found.First().Value;
}

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
