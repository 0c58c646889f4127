using System.Text.Json.Nodes;
using DeviceAgent.Testbed.Faults;
using DeviceAgent.Testbed.Hosting;
using DeviceAgent.Testbed.Iam;
using DeviceAgent.Testbed.Registry;

namespace DeviceAgent.Testbed.Web;

/// <summary>
/// Breaks and mends single things, by the means that an operator has where there are such: a policy on the role, the status of the
/// certificate. The state is read from there too, so the page shows what the AWS CLI did.
/// </summary>
internal sealed class ThingSwitches(RegistryService registry, IamService iam, FaultSwitches faults, Activity activity)
{
    public bool IsOn(string thing, ThingSwitch what) => what switch
    {
        ThingSwitch.Network => faults.Current.Of(thing).Network,
        ThingSwitch.Throttle => faults.Current.Of(thing).Throttle,
        ThingSwitch.RoleDenied => iam.Roles.All.Any(r => r.InlinePolicies.ContainsKey(PolicyName(thing))),
        _ => CertificatesOf(thing).Any(c => c.Status == CertificateStatus.Revoked),
    };

    public void Set(string thing, ThingSwitch what, bool on)
    {
        switch (what)
        {
            case ThingSwitch.Network:
                faults.Update(f => f.With(thing, f.Of(thing) with { Network = on }));
                break;
            case ThingSwitch.Throttle:
                faults.Update(f => f.With(thing, f.Of(thing) with { Throttle = on }));
                break;
            case ThingSwitch.RoleDenied:
                DenyRole(thing, on);
                break;
            default:
                var (from, to) = on ? (CertificateStatus.Active, CertificateStatus.Revoked) : (CertificateStatus.Revoked, CertificateStatus.Active);
                foreach (var certificate in CertificatesOf(thing).Where(c => c.Status == from)) registry.Certificates.Update(certificate.Id, to);
                break;
        }
    }

    private static string PolicyName(string thing) => $"deny-{thing}";

    private IEnumerable<DeviceCertificateRecord> CertificatesOf(string thing) =>
        registry.Principals.OfThing(thing).Select(a => registry.FindCertificate(a.CertificateId)).OfType<DeviceCertificateRecord>();

    private void DenyRole(string thing, bool on)
    {
        foreach (var role in iam.Roles.All.Where(r => r.InlinePolicies.ContainsKey(PolicyName(thing)))) iam.Roles.DeleteInlinePolicy(role.Name, PolicyName(thing));
        if (!on) return;
        var alias = registry.RoleAliases.Get(activity.Of(thing).RoleAlias ?? Cloud.RoleAlias);
        var statement = new JsonObject
        {
            ["Effect"] = "Deny",
            ["Action"] = "dynamodb:*",
            ["Resource"] = "*",
            ["Condition"] = new JsonObject { ["StringEquals"] = new JsonObject { ["credentials-iot:ThingName"] = thing } },
        };
        var policy = new JsonObject { ["Version"] = "2012-10-17", ["Statement"] = new JsonArray(statement) };
        iam.Roles.PutInlinePolicy(alias.RoleArn[(alias.RoleArn.LastIndexOf('/') + 1)..], PolicyName(thing), policy.ToJsonString());
    }
}

/// <summary>What a person can break and mend for one thing.</summary>
internal enum ThingSwitch
{
    /// <summary>Every connection of the thing is torn down.</summary>
    Network,

    /// <summary>DynamoDB throttles its writes.</summary>
    Throttle,

    /// <summary>A policy on the role that it acts in denies its writes.</summary>
    RoleDenied,

    /// <summary>Its certificates are REVOKED in the registry.</summary>
    CertificateRevoked,
}
