using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using DeviceAgent.Testbed.Provisioning;
using DeviceAgent.Testbed.Registry;
using DeviceAgent.Testbed.Tests.Registry;

namespace DeviceAgent.Testbed.Tests.Provisioning;

/// <summary>An account with what a testbed starts with, and fleet provisioning over it.</summary>
internal sealed class ProvisioningWorld : IAsyncDisposable
{
    public const string Template = ProvisioningSeed.TemplateName;

    public ProvisioningWorld()
    {
        (Templates, Temporary, Service) = Open();
        Seed();
    }

    public IotWorld Iot { get; } = new();

    public RegistryService Registry => Iot.Registry;

    public ProvisioningTemplateRegistry Templates { get; private set; }

    public TemporaryCertificates Temporary { get; private set; }

    public ProvisioningService Service { get; private set; }

    public string ClaimFolder => Path.Combine(Iot.Folder, ProvisioningSeed.ClaimFolder);

    public void Seed()
    {
        new RegistrySeed(Registry, Iot.Iam, Iot.Authority).EnsureDefaults();
        new ProvisioningSeed(Registry, Iot.Iam, Templates, Iot.Authority).EnsureDefaults(Iot.Folder);
    }

    /// <summary>A new process over the same state.</summary>
    public async Task RestartAsync()
    {
        await Temporary.DisposeAsync();
        Iot.Restart();
        (Templates, Temporary, Service) = Open();
        Seed();
    }

    /// <summary>A device asks for a certificate: its id and the token.</summary>
    public (string Id, string Token) NewCertificate()
    {
        var answer = Service.CreateCertificateFromCsr(new JsonObject { ["certificateSigningRequest"] = SigningRequest() });
        return ((string)answer["certificateId"]!, (string)answer["certificateOwnershipToken"]!);
    }

    public JsonObject Register(string token, params (string Name, string Value)[] parameters) => RegisterWith(Template, token, parameters);

    public JsonObject RegisterWith(string template, string token, params (string Name, string Value)[] parameters) => Service.RegisterThing(template, new JsonObject
    {
        ["certificateOwnershipToken"] = token,
        ["parameters"] = new JsonObject(parameters.Select(p => KeyValuePair.Create<string, JsonNode?>(p.Name, p.Value))),
    });

    /// <summary>Another template, with the seed's role; gives its name.</summary>
    public string NewTemplate(string body, string name = "other")
    {
        Templates.Create(name, null, body, enabled: true, Templates.Get(Template).RoleArn);
        return name;
    }

    public static string SigningRequest()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new CertificateRequest("CN=device", key, HashAlgorithmName.SHA256).CreateSigningRequestPem();
    }

    public async ValueTask DisposeAsync()
    {
        await Temporary.DisposeAsync();
        Iot.Dispose();
    }

    private (ProvisioningTemplateRegistry, TemporaryCertificates, ProvisioningService) Open()
    {
        var templates = new ProvisioningTemplateRegistry(Iot.Store, Iot.Time);
        var temporary = new TemporaryCertificates(Iot.Store, Registry, Iot.Time);
        return (templates, temporary, new ProvisioningService(Registry, Iot.Iam, templates, temporary, Iot.Time));
    }
}
