using DeviceAgent.Testbed.Iam;

namespace DeviceAgent.Testbed.Tests.Iam;

/// <summary>Short ways to ask policies in tests.</summary>
internal static class PolicyDecisions
{
    public static PolicyDecision Decide(string policy, string action, string resource, params (string Key, string[] Values)[] context) =>
        PolicyEvaluator.Evaluate([PolicyDocument.Parse(policy)], new PolicyRequest(action, resource, Context(context)));

    public static IReadOnlyDictionary<string, IReadOnlyList<string>> Context(params (string Key, string[] Values)[] context) =>
        context.ToDictionary(entry => entry.Key, entry => (IReadOnlyList<string>)entry.Values);

    public static string Statement(string statement, string version = "2012-10-17") =>
        $$"""{"Version":"{{version}}","Statement":[{{statement}}]}""";
}
