using DeviceAgent.Testbed.Certificates;
using DeviceAgent.Testbed.Iam;
using DeviceAgent.Testbed.State;

namespace DeviceAgent.Testbed.Registry;

/// <summary>
/// The registry of the account: one part for each sort of resource, and the questions that the device listeners ask.
/// </summary>
internal sealed class RegistryService
{
    private readonly RegistryTables _tables;

    /// <param name="store">Where all of it is kept; documents have kinds that begin with <c>iot.</c>.</param>
    /// <param name="authority">Signs the certificates that the service makes.</param>
    /// <param name="options">Limits that tests change.</param>
    /// <param name="time">The cloud's clock: creation dates, validity of what is registered.</param>
    public RegistryService(StateStore store, CertificateAuthority authority, RegistryOptions options, TimeProvider time)
    {
        _tables = new RegistryTables(store);
        ThingTypes = new ThingTypeRegistry(_tables, time);
        Things = new ThingRegistry(_tables);
        ThingGroups = new ThingGroupRegistry(_tables, time);
        Principals = new PrincipalRegistry(_tables);
        CaCertificates = new CaRegistry(_tables, time);
        Certificates = new CertificateRegistry(_tables, CaCertificates, authority, time);
        Policies = new PolicyRegistry(_tables, time);
        PolicyTargets = new PolicyTargetRegistry(_tables);
        RoleAliases = new RoleAliasRegistry(_tables, options, time);
    }

    /// <summary>Raised after every change, mostly under a lock: handlers must return at once.</summary>
    public event Action? Changed
    {
        add => _tables.Changed += value;
        remove => _tables.Changed -= value;
    }

    /// <summary>Incremented with every change: what was read stays valid until it changes.</summary>
    public long Version => _tables.Version;

    public ThingTypeRegistry ThingTypes { get; }

    public ThingRegistry Things { get; }

    public ThingGroupRegistry ThingGroups { get; }

    public PrincipalRegistry Principals { get; }

    public CaRegistry CaCertificates { get; }

    public CertificateRegistry Certificates { get; }

    public PolicyRegistry Policies { get; }

    public PolicyTargetRegistry PolicyTargets { get; }

    public RoleAliasRegistry RoleAliases { get; }

    /// <summary>Null when no certificate of this account has the id.</summary>
    public DeviceCertificateRecord? FindCertificate(string certificateId) => _tables.Certificates.Find(certificateId);

    public Thing? FindThing(string name) => _tables.Things.Find(name);

    public RoleAlias? FindRoleAlias(string name) => _tables.RoleAliases.Find(name);

    public bool IsAttached(string thingName, string certificateId) => _tables.ThingAttachments.Find(ThingAttachment.IdOf(thingName, certificateId)) is not null;

    public IReadOnlyList<Thing> ThingsOf(string certificateId) =>
        [.. _tables.ThingAttachments.All.Where(a => a.CertificateId == certificateId).Select(a => _tables.Things.Find(a.ThingName)).OfType<Thing>()];

    /// <summary>The default versions of the policies attached to a certificate.</summary>
    public IReadOnlyList<PolicyDocument> PoliciesOf(string certificateId) =>
        [.. _tables.PolicyAttachments.All
            .Where(a => a.CertificateId == certificateId)
            .Select(a => _tables.Policies.Find(a.PolicyName))
            .OfType<IotPolicy>()
            .Select(p => PolicyDocument.Parse(p.Default.Document))];
}

internal sealed record RegistryOptions
{
    public const int MaximumCredentialDurationSeconds = 43200;

    public const int DefaultCredentialDurationSeconds = 3600;

    /// <summary>900 on AWS; lower in tests and demonstrations that watch credentials expire.</summary>
    public int MinimumCredentialDurationSeconds { get; init; } = 900;
}

/// <summary>The ARN that an operation acts on, built from the labels of its path.</summary>
internal static class RegistryResources
{
    public static string Of(IReadOnlyDictionary<string, string> labels)
    {
        foreach (var (label, value) in labels)
        {
            var kind = label switch
            {
                "thingName" => "thing",
                "thingTypeName" => "thingtype",
                "thingGroupName" => "thinggroup",
                "policyName" => "policy",
                "roleAlias" => "rolealias",
                "certificateId" => "cert",
                "caCertificateId" => "cacert",
                "templateName" => "provisioningtemplate",
                "jobId" => "job",
                _ => null,
            };
            if (kind is not null) return CloudAccount.Arn("iot", $"{kind}/{value}");
        }

        return labels.GetValueOrDefault("target", "*");
    }
}
