using System.Text.Json.Nodes;
using DeviceAgent.Testbed.Certificates;
using DeviceAgent.Testbed.Iam;
using DeviceAgent.Testbed.Registry;

namespace DeviceAgent.Testbed.Provisioning;

/// <summary>What provisioning starts with: a template for the agent with its role, and a claim to provision with. Only what is missing is made.</summary>
internal sealed class ProvisioningSeed(RegistryService registry, IamService iam, ProvisioningTemplateRegistry templates, CertificateAuthority authority)
{
    public const string TemplateName = "device-agent";
    public const string RoleName = "device-agent-provisioning";
    public const string RolePolicyName = "provision";

    /// <summary>Below the state directory: the claim's certificate, key and CA.</summary>
    public const string ClaimFolder = "claim";

    /// <param name="directory">The state directory.</param>
    public void EnsureDefaults(string directory)
    {
        if (iam.FindRole(RoleName) is null)
        {
            iam.Roles.Create(RoleName, PolicyFiles.Read("provisioning-trust.json"));
            iam.Roles.PutInlinePolicy(RoleName, RolePolicyName, PolicyFiles.ReadFor(RegistrySeed.RoleAliasNames, "provisioning-role.json"));
        }

        if (templates.Find(TemplateName) is null)
        {
            templates.Create(TemplateName, "Things that run the device agent", TemplateFor(RegistrySeed.RoleAliasNames), enabled: true, iam.Roles.Get(RoleName).Arn);
        }

        var policy = ClaimPolicy.Ensure(registry, TemplateName);
        new CertificateFolder(registry, authority).Ensure(Path.Combine(directory, ClaimFolder), policy, id => registry.PolicyTargets.Attach(policy, id));
    }

    /// <summary>The template that lets its things use several role aliases, the first of them from the start, as scripts/aws-provisioning-setup.sh makes it.</summary>
    private static string TemplateFor(IReadOnlyList<string> roleAliases)
    {
        var body = JsonNode.Parse(PolicyFiles.Read("provisioning-template.json", ("@ROLE_ALIAS@", roleAliases[0])))!;
        for (var i = 1; i < roleAliases.Count; i++)
        {
            body["Resources"]![$"credentials{i}"] = new JsonObject
            {
                ["Type"] = "AWS::IoT::Policy",
                ["Properties"] = new JsonObject { ["PolicyName"] = RegistrySeed.IotPolicyName(roleAliases[i]) },
            };
        }

        return body.ToJsonString();
    }
}
