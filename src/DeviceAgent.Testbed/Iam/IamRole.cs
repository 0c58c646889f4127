namespace DeviceAgent.Testbed.Iam;

/// <summary>A role as those who assume it see it; <c>MaxSessionDuration</c> in seconds, 3600 to 43200.</summary>
internal sealed record IamRole(string Name, string Arn, string RoleId, PolicyDocument TrustPolicy, int MaxSessionDuration)
{
    /// <summary>
    /// Whether the trust policy lets an AWS service (<c>credentials.iot.amazonaws.com</c>) assume this role;
    /// <paramref name="context"/> holds what its conditions may ask for, such as <c>aws:SourceArn</c> and <c>aws:SourceAccount</c>.
    /// </summary>
    public bool MayBeAssumedBy(string servicePrincipal, IReadOnlyDictionary<string, IReadOnlyList<string>> context) =>
        PolicyEvaluator.EvaluateTrust(TrustPolicy, servicePrincipal, new PolicyRequest("sts:AssumeRole", Arn, context)) == PolicyDecision.Allow;
}
