using DeviceAgent.Testbed.Certificates;
using DeviceAgent.Testbed.Iam;

namespace DeviceAgent.Testbed.Registry;

/// <summary>
/// What a testbed starts with. Only what is missing is made: a restarted testbed keeps what its operator changed.
/// </summary>
internal sealed class RegistrySeed(RegistryService registry, IamService iam, CertificateAuthority authority)
{
    public const string ThingTypeName = "thermostat";
    public const string RoleName = "device-agent-telemetry";
    public const string RolePolicyName = "own-table";
    public const string RoleAliasName = "device-agent";

    /// <summary>Role aliases to rotate to: one whose role may do the same, and one whose role may not write.</summary>
    public const string NextRoleAliasName = "device-agent-next";
    public const string ReadOnlyRoleAliasName = "device-agent-readonly";

    /// <summary>The role aliases that its things may use; a policy for each.</summary>
    public static readonly IReadOnlyList<string> RoleAliasNames = [RoleAliasName, NextRoleAliasName, ReadOnlyRoleAliasName];

    /// <summary>What the agent may do over MQTT.</summary>
    public const string MqttPolicyName = "device-agent";

    private const int MaxSessionDuration = 43200;

    private const string ReadOnlyPolicy =
        """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"dynamodb:DescribeTable","Resource":"*"}]}""";

    /// <summary>The policy that lets a certificate use a role alias.</summary>
    public static string IotPolicyName(string roleAlias) => $"assume-{roleAlias}";

    /// <summary>The thing type, the role with its policies, the role alias and the IoT policies.</summary>
    public void EnsureDefaults()
    {
        if (registry.ThingTypes.All.All(t => t.Name != ThingTypeName)) registry.ThingTypes.Create(ThingTypeName, "Thermostats of the demonstration", []);
        EnsureRole(RoleAliasName, RoleName, PolicyFiles.Read("dynamodb-own-table.json"));
        EnsureRole(NextRoleAliasName, $"{RoleName}-next", PolicyFiles.Read("dynamodb-own-table.json"));
        EnsureRole(ReadOnlyRoleAliasName, $"{RoleName}-readonly", ReadOnlyPolicy);
        foreach (var alias in RoleAliasNames) EnsurePolicy(IotPolicyName(alias), PolicyFiles.Read("iot-assume-role.json", ("@ROLE_ALIAS@", alias)));
        EnsurePolicy(MqttPolicyName, PolicyFiles.Read("iot-device-agent.json"));
    }

    /// <summary>
    /// A thing with a certificate that has the default policies, and the device's three files in a folder (mode 0700).
    /// A folder whose certificate the registry knows is left as it is.
    /// </summary>
    public ProvisionedThing ProvisionThing(string name, string directory)
    {
        if (registry.FindThing(name) is null) registry.Things.Create(name, ThingTypeName, new Dictionary<string, string>());
        var certificate = new CertificateFolder(registry, authority).Ensure(directory, name, id =>
        {
            registry.Principals.Attach(name, id, exclusive: false);
            foreach (var alias in RoleAliasNames) registry.PolicyTargets.Attach(IotPolicyName(alias), id);
            registry.PolicyTargets.Attach(MqttPolicyName, id);
        });
        return new ProvisionedThing(name, certificate, directory);
    }

    private void EnsurePolicy(string name, string document)
    {
        if (registry.Policies.All.All(p => p.Name != name)) registry.Policies.Create(name, document);
    }

    private void EnsureRole(string alias, string role, string policy)
    {
        if (iam.FindRole(role) is null)
        {
            iam.Roles.Create(role, PolicyFiles.Read("trust.json"), maxSessionDuration: MaxSessionDuration);
            iam.Roles.PutInlinePolicy(role, RolePolicyName, policy);
        }

        if (registry.FindRoleAlias(alias) is null) registry.RoleAliases.Create(alias, iam.Roles.Get(role).Arn, durationSeconds: null);
    }
}

/// <summary>A thing whose device files lie in a folder.</summary>
internal sealed record ProvisionedThing(string Name, string CertificateId, string Directory);
