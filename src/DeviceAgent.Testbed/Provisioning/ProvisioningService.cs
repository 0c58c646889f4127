using System.Text.Json.Nodes;
using DeviceAgent.Testbed.Certificates;
using DeviceAgent.Testbed.Iam;
using DeviceAgent.Testbed.Provisioning.Templates;
using DeviceAgent.Testbed.Registry;
using DeviceAgent.Testbed.Registry.Rest;

namespace DeviceAgent.Testbed.Provisioning;

/// <summary>Fleet provisioning. Topics and formats are handled by <see cref="ProvisioningTopics"/>.</summary>
internal sealed class ProvisioningService(
    RegistryService registry, IamService iam, ProvisioningTemplateRegistry templates, TemporaryCertificates temporary, TimeProvider time)
{
    /// <summary>How long a device has to register its thing.</summary>
    public static readonly TimeSpan OwnershipLifetime = TimeSpan.FromHours(1);

    /// <summary>How long a claim lives that was asked for.</summary>
    public static readonly TimeSpan ClaimLifetime = TimeSpan.FromMinutes(5);

    private const string CommonName = "AWS IoT Certificate";

    private readonly Lock _gate = new();
    private readonly TemplateApplication _application = new(registry, iam);

    public JsonObject CreateKeysAndCertificate()
    {
        var (record, made) = registry.Certificates.CreateWithKeys(CommonName, DeviceKeyKind.Rsa2048, CertificateStatus.PendingActivation);
        return new JsonObject
        {
            ["certificateId"] = record.Id,
            ["certificatePem"] = record.Pem,
            ["privateKey"] = made.PrivateKeyPem,
            ["certificateOwnershipToken"] = temporary.IssueToken(record.Id, OwnershipLifetime),
        };
    }

    public JsonObject CreateCertificateFromCsr(JsonObject request)
    {
        var csr = RestRequest.Value<string>(request, "certificateSigningRequest", "a string") ?? throw RegistryException.InvalidRequest("certificateSigningRequest is needed.");
        var record = registry.Certificates.CreateFromRequest(csr, CertificateStatus.PendingActivation);
        return new JsonObject
        {
            ["certificateOwnershipToken"] = temporary.IssueToken(record.Id, OwnershipLifetime),
            ["certificateId"] = record.Id,
            ["certificatePem"] = record.Pem,
        };
    }

    /// <summary>Creates what the template says, for the certificate whose token the device holds. A token can be used successfully once.</summary>
    public JsonObject RegisterThing(string templateName, JsonObject request)
    {
        var token = RestRequest.Value<string>(request, "certificateOwnershipToken", "a string");
        if (string.IsNullOrEmpty(token)) throw InvalidToken("Certificate ownership token cannot be empty.");
        var parameters = RestRequest.Map(request, "parameters") ?? new Dictionary<string, string>();
        lock (_gate)
        {
            if (temporary.OwnedWith(token) is not { } certificateId) throw InvalidToken("Certificate ownership token is invalid or has expired.");
            var template = templates.Get(templateName);
            if (!template.Enabled) throw RegistryException.InvalidRequest($"Provisioning template {templateName} is not enabled.");
            var answer = _application.Apply(template, TemplateBody.Parse(template.Default.Body), registry.Certificates.Get(certificateId), parameters);
            temporary.Claim(certificateId);
            return answer;
        }
    }

    /// <summary>A certificate for five minutes that may provision with this template, for people who bring devices into service by hand.</summary>
    public (DeviceCertificateRecord Record, DeviceCertificate Certificate, DateTimeOffset Expires) CreateClaim(string templateName)
    {
        var template = templates.Get(templateName);
        var expires = time.GetUtcNow() + ClaimLifetime;
        var (record, made) = registry.Certificates.CreateWithKeys(CommonName, DeviceKeyKind.Rsa2048, CertificateStatus.Active, expires);
        temporary.KeepUntil(record.Id, expires);
        registry.PolicyTargets.Attach(ClaimPolicy.Ensure(registry, template.Name), record.Id);
        return (record, made, expires);
    }

    private static RegistryException InvalidToken(string message) => new("InvalidCertificateOwnershipToken", 400, message);
}

/// <summary>The IoT policy of a claim certificate: connect, make a certificate, register a thing with one template, nothing else.</summary>
internal static class ClaimPolicy
{
    /// <summary>Makes the policy unless it is there; gives its name.</summary>
    public static string Ensure(RegistryService registry, string templateName)
    {
        var name = $"{templateName}-claim";
        if (registry.Policies.All.All(p => p.Name != name)) registry.Policies.Create(name, PolicyFiles.Read("iot-claim.json", ("@TEMPLATE@", templateName)));
        return name;
    }
}
