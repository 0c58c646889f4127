using DeviceAgent.Testbed.Faults;
using DeviceAgent.Testbed.Iam;
using DeviceAgent.Testbed.Registry;
using DeviceAgent.Testbed.Signing;

namespace DeviceAgent.Testbed.Credentials;

/// <summary>Who gets credentials for what, checked in the order of the service: the first refusal is the answer.</summary>
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

/// <summary>What a device asks for.</summary>
/// <param name="CertificateId">Of the certificate that it proved to hold.</param>
/// <param name="RoleAlias">From the path, decoded.</param>
/// <param name="ThingName">From the header <c>x-amzn-iot-thingname</c>; null when it was not sent.</param>
internal sealed record CredentialsRequest(string CertificateId, string RoleAlias, string? ThingName)
{
    /// <summary>The alias in <c>/role-aliases/{alias}/credentials</c>, or null for any other target.</summary>
    public static string? AliasOf(string rawTarget) => rawTarget.Split('?')[0].Split('/') switch
    {
        ["", "role-aliases", { Length: > 0 } alias, "credentials"] => Uri.UnescapeDataString(alias),
        _ => null,
    };
}

/// <summary>A token bucket that holds one second's worth of requests.</summary>
internal sealed class RequestQuota(TimeProvider time)
{
    private readonly Lock _gate = new();
    private long _filledAt = time.GetTimestamp();
    private double _tokens = double.PositiveInfinity;

    /// <summary>Whether one more request fits into the quota, which may change from call to call.</summary>
    public bool TryTake(int perSecond)
    {
        lock (_gate)
        {
            var now = time.GetTimestamp();
            _tokens = Math.Min(perSecond, _tokens + time.GetElapsedTime(_filledAt, now).TotalSeconds * perSecond);
            _filledAt = now;
            if (_tokens < 1) return false;
            _tokens--;
            return true;
        }
    }
}
