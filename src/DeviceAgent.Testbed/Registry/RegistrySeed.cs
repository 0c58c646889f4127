using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
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
    public const string IotPolicyName = "assume-device-agent";

    /// <summary>What the agent may do over MQTT.</summary>
    public const string MqttPolicyName = "device-agent";

    public const string CertificateFile = "certificate.pem";
    public const string PrivateKeyFile = "private.key";
    public const string CaFile = "ca.pem";

    private const int MaxSessionDuration = 43200;

    private static readonly string TrustPolicy =
        """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"credentials.iot.amazonaws.com"},"Action":"sts:AssumeRole"}]}""";

    private static readonly string RolePolicy =
        """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["dynamodb:BatchWriteItem","dynamodb:PutItem","dynamodb:DescribeTable"],"Resource":"TABLE"}]}"""
            .Replace("TABLE", CloudAccount.Arn("dynamodb", "table/${credentials-iot:ThingName}"));

    private static readonly string IotPolicyDocument =
        """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iot:AssumeRoleWithCertificate","Resource":"ALIAS"}]}"""
            .Replace("ALIAS", RoleAlias.ArnOf(RoleAliasName));

    /// <summary>The thing type, the role with its policies, the role alias and the IoT policies.</summary>
    public void EnsureDefaults()
    {
        if (registry.ThingTypes.All.All(t => t.Name != ThingTypeName)) registry.ThingTypes.Create(ThingTypeName, "Thermostats of the demonstration", []);
        if (iam.FindRole(RoleName) is null)
        {
            iam.Roles.Create(RoleName, TrustPolicy, maxSessionDuration: MaxSessionDuration);
            iam.Roles.PutInlinePolicy(RoleName, RolePolicyName, RolePolicy);
        }

        if (registry.FindRoleAlias(RoleAliasName) is null) registry.RoleAliases.Create(RoleAliasName, iam.Roles.Get(RoleName).Arn, durationSeconds: null);
        if (registry.Policies.All.All(p => p.Name != IotPolicyName)) registry.Policies.Create(IotPolicyName, IotPolicyDocument);
        if (registry.Policies.All.All(p => p.Name != MqttPolicyName)) registry.Policies.Create(MqttPolicyName, MqttPolicyDocument());
    }

    /// <summary>
    /// A thing with a certificate that has the default policies, and the device's three files in a folder (mode 0700).
    /// A folder whose certificate the registry knows is left as it is.
    /// </summary>
    public ProvisionedThing ProvisionThing(string name, string directory)
    {
        if (registry.FindThing(name) is null) registry.Things.Create(name, ThingTypeName, new Dictionary<string, string>());
        PrivateFiles.MakeDirectory(directory);
        PrivateFiles.Write(Path.Combine(directory, CaFile), authority.CertificatePem);
        if (KnownCertificate(directory) is { } known) return new ProvisionedThing(name, known, directory);

        var (record, made) = registry.Certificates.CreateWithKeys(name, DeviceKeyKind.EcP256, active: true);
        registry.Principals.Attach(name, record.Id, exclusive: false);
        registry.PolicyTargets.Attach(IotPolicyName, record.Id);
        registry.PolicyTargets.Attach(MqttPolicyName, record.Id);
        PrivateFiles.Write(Path.Combine(directory, PrivateKeyFile), made.PrivateKeyPem);
        PrivateFiles.Write(Path.Combine(directory, CertificateFile), made.CertificatePem);
        return new ProvisionedThing(name, record.Id, directory);
    }

    /// <summary>The file that scripts/aws-setup.sh takes on AWS.</summary>
    private static string MqttPolicyDocument()
    {
        using var file = typeof(RegistrySeed).Assembly.GetManifestResourceStream("iot-device-agent.json")!;
        using var reader = new StreamReader(file);
        return reader.ReadToEnd().Replace("@PARTITION@", "aws").Replace("@REGION@", CloudAccount.Region).Replace("@ACCOUNT@", CloudAccount.AccountId);
    }

    private string? KnownCertificate(string directory)
    {
        var path = Path.Combine(directory, CertificateFile);
        if (!File.Exists(path) || !File.Exists(Path.Combine(directory, PrivateKeyFile))) return null;
        try
        {
            using var certificate = X509Certificate2.CreateFromPem(File.ReadAllText(path));
            return registry.FindCertificate(CertificateIds.Of(certificate))?.Id;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
