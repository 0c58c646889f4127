namespace DeviceAgent.Testbed.Iam.Policies;

/// <summary><c>"Null": {"key": "true"}</c>: the key is absent; with <c>"false"</c>: it is there.</summary>
internal sealed record NullCondition(string Key, bool Absent) : Condition
{
    public override bool Holds(IReadOnlyDictionary<string, IReadOnlyList<string>> context) =>
        Absent != (context.TryGetValue(Key, out var values) && values.Count > 0);
}
