namespace DeviceAgent.Testbed.Iam.Policies;

/// <summary>A condition that compares the values of a key in the request with those that the policy lists.</summary>
/// <param name="Key">Compares without regard to case.</param>
/// <param name="Tests">One for every listed value; to match one of them is to match.</param>
/// <param name="Negated">An operator of the kind "not equal": it holds where nothing matches, a missing key included.</param>
/// <param name="Scope">How several values of the key in the request count.</param>
/// <param name="IfExists">A missing key satisfies it.</param>
internal sealed record Comparison(string Key, IReadOnlyList<ConditionTest> Tests, bool Negated, ConditionScope Scope, bool IfExists) : Condition
{
    public override bool Holds(IReadOnlyDictionary<string, IReadOnlyList<string>> context)
    {
        if (!context.TryGetValue(Key, out var values) || values.Count == 0) return HoldsForMissingKey;
        bool Satisfies(string value) => Negated != Tests.Any(test => test(value, context));
        return Scope switch
        {
            ConditionScope.AllValues => values.All(Satisfies),
            ConditionScope.AnyValue => values.Any(Satisfies),
            _ => Negated ? values.All(Satisfies) : values.Any(Satisfies),
        };
    }

    private bool HoldsForMissingKey => IfExists || Scope switch
    {
        ConditionScope.AllValues => true,
        ConditionScope.AnyValue => false,
        _ => Negated,
    };
}
