namespace DeviceAgent.Testbed.Iam.Policies;

/// <summary>One line of a Condition block: an operator, a key of the request and the values that the policy lists.</summary>
internal abstract record Condition
{
    public abstract bool Holds(IReadOnlyDictionary<string, IReadOnlyList<string>> context);
}
