using DeviceAgent.Testbed.Faults;
using DeviceAgent.Testbed.Iam;
using DeviceAgent.Testbed.Registry;
using DeviceAgent.Testbed.Signing;

namespace DeviceAgent.Testbed.CredentialsProvider;

/// <summary>Who gets credentials for what, checked in the order in which the service checks: the first refusal answers.</summary>
internal sealed class CredentialsRules(RegistryService registry, IamService iam, FaultSwitches faults, CredentialsProviderOptions options, TimeProvider time)
{
    private const string Action = "iot:AssumeRoleWithCertificate";
    private const string ServicePrincipal = "credentials.iot.amazonaws.com";

    /// <summary>The session that the credentials will stand for, or why there is none.</summary>
    public (RoleSession? Session, CredentialsRefusal? Refusal) Decide(CredentialsRequest request)
    {
        if (registry.FindCertificate(request.CertificateId) is not { Status: CertificateStatus.Active }) return (null, CredentialsRefusal.CertificateInvalid);

        var thing = request.ThingName is { } name && registry.IsAttached(name, request.CertificateId) ? registry.FindThing(name) : null;
        if (request.ThingName is not null && thing is null) return (null, CredentialsRefusal.InvalidThingName);

        if (!IsAllowed(request, thing)) return (null, CredentialsRefusal.AccessDenied);

        if (registry.FindRoleAlias(request.RoleAlias) is not { } alias) return (null, CredentialsRefusal.NoSuchAlias);

        if (AssumableRole(alias) is not { } role) return (null, CredentialsRefusal.CannotAssumeRole);

        if (alias.CredentialDurationSeconds > role.MaxSessionDuration) return (null, CredentialsRefusal.DurationTooLong);

        var lifetime = options.CredentialLifetime ?? TimeSpan.FromSeconds(alias.CredentialDurationSeconds);
        return (new RoleSession(role.Name, role.Arn, role.RoleId, request.CertificateId, time.GetUtcNow() + lifetime, SessionKeys(request, thing)), null);
    }

    private bool IsAllowed(CredentialsRequest request, Thing? thing)
    {
        var context = thing is not null && faults.Current.ThingVariables ? ThingVariables.Of(thing, attached: true) : [];
        var wanted = new PolicyRequest(Action, RoleAlias.ArnOf(request.RoleAlias), context);
        return PolicyEvaluator.Evaluate(registry.PoliciesOf(request.CertificateId), wanted) == PolicyDecision.Allow;
    }

    private IamRole? AssumableRole(RoleAlias alias)
    {
        var role = iam.FindRole(alias.RoleArn[(alias.RoleArn.LastIndexOf('/') + 1)..]);
        if (role is null || role.Arn != alias.RoleArn) return null;
        var context = new Dictionary<string, IReadOnlyList<string>>
        {
            ["aws:SourceArn"] = [alias.Arn],
            ["aws:SourceAccount"] = [CloudAccount.AccountId],
        };
        return role.MayBeAssumedBy(ServicePrincipal, context) ? role : null;
    }

    private static Dictionary<string, string> SessionKeys(CredentialsRequest request, Thing? thing)
    {
        var keys = new Dictionary<string, string> { ["credentials-iot:AwsCertificateId"] = request.CertificateId };
        if (thing is not null) keys["credentials-iot:ThingName"] = thing.Name;
        if (thing?.TypeName is { } type) keys["credentials-iot:ThingTypeName"] = type;
        return keys;
    }
}
