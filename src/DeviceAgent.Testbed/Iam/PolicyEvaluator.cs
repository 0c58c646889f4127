namespace DeviceAgent.Testbed.Iam;

/// <summary>Decides requests: denied unless allowed, and an explicit deny wins.</summary>
internal static class PolicyEvaluator
{
    public static PolicyDecision Evaluate(IEnumerable<PolicyDocument> policies, PolicyRequest request) =>
        throw new NotImplementedException();
}
