namespace DeviceAgent.Testbed.Iam;

/// <summary>Decides requests: denied unless allowed, and an explicit deny wins.</summary>
internal static class PolicyEvaluator
{
    public static PolicyDecision Evaluate(IEnumerable<PolicyDocument> policies, PolicyRequest request) =>
        Decide(policies, request, servicePrincipal: null);

    /// <summary>Decides by the trust policy of a role whether an AWS service may do this with the role.</summary>
    public static PolicyDecision EvaluateTrust(PolicyDocument trustPolicy, string servicePrincipal, PolicyRequest request) =>
        Decide([trustPolicy], request, servicePrincipal);

    private static PolicyDecision Decide(IEnumerable<PolicyDocument> policies, PolicyRequest request, string? servicePrincipal)
    {
        var decision = PolicyDecision.ImplicitDeny;
        foreach (var statement in policies.SelectMany(policy => policy.Statements))
        {
            if (!statement.AppliesTo(request, servicePrincipal)) continue;
            if (!statement.Allows) return PolicyDecision.ExplicitDeny;
            decision = PolicyDecision.Allow;
        }

        return decision;
    }
}
