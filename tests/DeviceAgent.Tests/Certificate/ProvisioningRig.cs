using System.Collections;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using DeviceAgent.Certificate;
using DeviceAgent.Control;
using DeviceAgent.Control.Cloud;
using DeviceAgent.Credentials;
using DeviceAgent.Hosting;
using DeviceAgent.RoleAlias;
using DeviceAgent.Tests.Control;
using DeviceAgent.Tests.Hosting;
using DeviceAgent.TestSupport;

namespace DeviceAgent.Tests.Certificate;

/// <summary>A device with its files, and fleet provisioning in memory.</summary>
internal sealed class ProvisioningRig : IAsyncDisposable, IChangeProgress
{
    private readonly TestDevice _device = new(TimeProvider.System);
    private readonly FakeCloud _cloud = new();
    private readonly FakeMqttClient _client;
    private readonly TopicRequests _requests;

    public ProvisioningRig()
    {
        _client = _cloud.Connect();
        _requests = new TopicRequests(_client, TimeProvider.System, new Random(1));
        _cloud.OnMessage = Answer;
        Files = new DeviceIdentityOptions { CertificatePath = PathOf("device.crt"), PrivateKeyPath = PathOf("device.key") };
    }

    public DeviceIdentityOptions Files { get; set; }

    public List<string> Steps { get; } = [];

    /// <summary>The certificates that were asked for.</summary>
    public int Issued { get; private set; }

    /// <summary>What came with the last registration.</summary>
    public JsonObject? Registration { get; private set; }

    /// <summary>Called before a registration is answered; what it returns is the refusal.</summary>
    public Func<JsonObject?> OnRegister { get; set; } = () => null;

    /// <summary>Puts something else in the place of the certificate that is issued; null for the certificate itself.</summary>
    public Func<string, string>? OnIssue { get; set; }

    public StagedIdentity Staged => new(Files);

    public EnrolmentFile File => new(PathOf("state"));

    public List<string> RefusedPublishes => _cloud.RefusedPublishes;

    public string PathOf(string name) => Path.Combine(_device.Folder, name);

    public void WriteIdentity(string name, DateTimeOffset? notBefore = null) => _device.WriteIdentity(name, password: null, notBefore);

    public DeviceIdentity InForce() => DeviceIdentity.Load(Files);

    public void Reached(string step) => Steps.Add(step);

    /// <summary>What the agent does at its start. Looking at it changes nothing, and the pair that is seen is the one that is active afterwards.</summary>
    public static (AgentOptions Options, DeviceIdentity Identity) Start(string path, IDictionary environment, IEnumerable<string> assignments)
    {
        var folder = Path.GetDirectoryName(path)!;
        var there = FolderSnapshot.Of(folder);
        var (options, identity) = AgentConfiguration.Load(path, environment, assignments);
        Assert.Equal(there, FolderSnapshot.Of(folder));
        options = AgentConfiguration.Settle(options);
        using var active = DeviceIdentity.Load(options.ActiveIdentity);
        Assert.Equal(identity.CertificateId, active.CertificateId);
        return (options, identity);
    }

    public async Task<(EnrolmentRecord? Record, RejectionReason? Refusal)> EnrolAsync(
        Func<AsymmetricAlgorithm>? key = null, StagedIdentity? staged = null, CancellationToken cancellationToken = default)
    {
        if (!_client.IsConnected) await _client.ConnectAsync(CancellationToken.None);
        var parameters = new Dictionary<string, string> { ["ThingName"] = "boiler-07", ["Site"] = "plant-3" };
        var enrolment = new Enrolment(new FleetProvisioning(_requests, TimeProvider.System), staged ?? Staged, File, new ProvisioningOptions(), parameters);
        return await enrolment.EnrolAsync(key ?? NewKey.Default, "boiler-07", Files.PrivateKeyPassword, this, cancellationToken).WaitAsync(TimeSpan.FromSeconds(30), CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        _requests.Dispose();
        await _client.DisposeAsync();
        _device.Dispose();
    }

    private bool Answer(string topic, string payload)
    {
        var request = JsonNode.Parse(payload)!.AsObject();
        if (topic == "$aws/certificates/create-from-csr/json")
        {
            Issued++;
            var pem = Sign((string)request["certificateSigningRequest"]!);
            using var certificate = X509Certificate2.CreateFromPem(pem);
            Reply($"{topic}/accepted", new JsonObject
            {
                ["certificateId"] = Convert.ToHexStringLower(SHA256.HashData(certificate.RawData)),
                ["certificatePem"] = OnIssue?.Invoke(pem) ?? pem,
                ["certificateOwnershipToken"] = $"canary-token-{Issued}",
            });
        }
        else if (topic == "$aws/provisioning-templates/device-agent/provision/json")
        {
            Registration = request;
            if (OnRegister() is { } refusal) Reply($"{topic}/rejected", refusal);
            else Reply($"{topic}/accepted", new JsonObject { ["thingName"] = "boiler-07", ["deviceConfiguration"] = new JsonObject { ["roleAlias"] = "fleet-ddb" } });
        }

        return false;
    }

    private void Reply(string topic, JsonObject payload) => _client.Deliver(topic, payload.ToJsonString());

    public static string Sign(string csr)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = TimeProvider.System.GetUtcNow();
        var authority = new CertificateRequest("CN=authority", key, HashAlgorithmName.SHA256);
        authority.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var issuer = authority.CreateSelfSigned(now.AddDays(-2), now.AddYears(2));
        var request = CertificateRequest.LoadSigningRequestPem(csr, HashAlgorithmName.SHA256, CertificateRequestLoadOptions.Default, RSASignaturePadding.Pkcs1);
        using var issued = request.Create(issuer.SubjectName, X509SignatureGenerator.CreateForECDsa(key), now.AddDays(-1), now.AddYears(1), RandomNumberGenerator.GetBytes(12));
        return issued.ExportCertificatePem();
    }
}
