namespace DeviceAgent.Testbed.Iam;

/// <summary>One thing that a caller wants to do, as policies see it.</summary>
/// <param name="Action">E.g. <c>dynamodb:PutItem</c>; compared without regard to case.</param>
/// <param name="Resource">The ARN acted upon, or <c>*</c> for an action that has none.</param>
/// <param name="Context">Condition keys and their values; the keys compare without regard to case.</param>
internal sealed record PolicyRequest(string Action, string Resource, IReadOnlyDictionary<string, IReadOnlyList<string>> Context)
{
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Context { get; init; } = WithoutCase(Context);

    private static Dictionary<string, IReadOnlyList<string>> WithoutCase(IReadOnlyDictionary<string, IReadOnlyList<string>> context)
    {
        var keys = new Dictionary<string, IReadOnlyList<string>>(context.Count, StringComparer.OrdinalIgnoreCase);
        foreach (var (key, values) in context) keys[key] = values;
        return keys;
    }
}
