namespace DeviceAgent.Testbed.Iam.Policies;

/// <summary>The string and ARN operators: the ones whose values may hold variables.</summary>
internal static class TextTests
{
    private const int ArnParts = 6;

    public static ConditionTest Equal(string expected, bool variables) => Test(expected, variables, wildcards: false, ignoreCase: false);

    public static ConditionTest EqualIgnoringCase(string expected, bool variables) => Test(expected, variables, wildcards: false, ignoreCase: true);

    public static ConditionTest Like(string expected, bool variables) => Test(expected, variables, wildcards: true, ignoreCase: false);

    /// <summary>Compares ARNs part by part, so that a wildcard cannot reach over a colon into the next part.</summary>
    public static ConditionTest ArnLike(string expected, bool variables)
    {
        var template = PolicyTemplate.Parse(expected, variables);
        return (actual, context) => template.Resolve(context, wildcards: true) is { } pattern && PartsMatch(pattern, actual);
    }

    private static ConditionTest Test(string expected, bool variables, bool wildcards, bool ignoreCase)
    {
        var template = PolicyTemplate.Parse(expected, variables);
        return (actual, context) => template.Resolve(context, wildcards)?.Matches(actual, ignoreCase) is true;
    }

    private static bool PartsMatch(WildcardPattern pattern, string arn)
    {
        var actual = arn.Split(':', ArnParts);
        var expected = pattern.Split(':', ArnParts);
        return actual.Length == ArnParts
            && expected.Count == ArnParts
            && expected.Zip(actual).All(pair => pair.First.Matches(pair.Second));
    }
}
