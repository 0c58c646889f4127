using DeviceAgent.Testbed.Iam.Entities;
using DeviceAgent.Testbed.State;

namespace DeviceAgent.Testbed.Iam;

/// <summary>Roles, policies and users of the account, and what they permit.</summary>
internal sealed class IamService
{
    private readonly TimeProvider _time;

    public IamService(StateStore store, TimeProvider time)
    {
        _time = time;
        var tables = new IamTables(store);
        Roles = new RoleDirectory(tables, time);
        Policies = new PolicyDirectory(tables, time);
        Users = new UserDirectory(tables, time);
    }

    public RoleDirectory Roles { get; }

    public PolicyDirectory Policies { get; }

    public UserDirectory Users { get; }

    public IamRole? FindRole(string roleName) => Roles.Find(roleName) is { } role
        ? new IamRole(role.Name, role.Arn, role.RoleId, PolicyDocument.ParseTrust(role.TrustPolicy), role.MaxSessionDuration)
        : null;

    /// <summary>The active policies of a role: the default version of every attached one, and the inline ones.</summary>
    public IReadOnlyList<PolicyDocument> PoliciesOfRole(string roleName) => Roles.Find(roleName) is { } role ? PoliciesOf(role) : [];

    /// <summary>
    /// Whether a caller may do something. The operator may do everything; a role session what its role's policies allow.
    /// They see the keys of the session, the global keys of the caller and the time, and those given here
    /// (such as <c>dynamodb:LeadingKeys</c> and <c>aws:SourceIp</c>).
    /// </summary>
    public PolicyDecision Decide(Caller caller, string action, string resource, IReadOnlyDictionary<string, IReadOnlyList<string>>? context = null)
    {
        if (caller.RoleName is null) return PolicyDecision.Allow;
        if (Roles.Find(caller.RoleName) is not { } role) return PolicyDecision.ImplicitDeny;
        var keys = SessionContext.Of(caller, role.Arn, _time.GetUtcNow(), context);
        return PolicyEvaluator.Evaluate(PoliciesOf(role), new PolicyRequest(action, resource, keys));
    }

    private PolicyDocument[] PoliciesOf(RoleRecord role)
    {
        var attached = role.AttachedPolicies.Select(Policies.Find).OfType<PolicyRecord>().Select(policy => policy.DefaultVersion.Document);
        return [.. attached.Concat(role.InlinePolicies.Values).Select(PolicyDocument.Parse)];
    }
}

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
