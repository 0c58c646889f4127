using System.Net;
using System.Security.Cryptography.X509Certificates;
using DeviceAgent.TestSupport;

namespace DeviceAgent.Credentials.Tests.Fixtures;

/// <summary>A client with the test device's certificate, its clock, and the roots that it trusts.</summary>
internal sealed class ProviderTest : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly DeviceIdentity _identity;
    private readonly CredentialsProviderClient _client;

    public ProviderTest(
        string endpoint, string? thingName = "boiler-07", X509Certificate2? root = null, DateTimeOffset? now = null,
        X509Certificate2? device = null, X509Certificate2Collection? chain = null, IWebProxy? proxy = null)
    {
        Time = new ManualTimeProvider(now ?? Pki.Now);
        // A copy, since the identity disposes what it is given.
        var certificate = device ?? Pki.Device;
        _identity = new DeviceIdentity(Copy(certificate), chain);
        var options = new RoleAliasOptions
        {
            CredentialsEndpoint = endpoint,
            RoleAlias = "fleet-ddb",
            ThingName = thingName,
            CaPath = _folder.Write("roots.pem", (root ?? Pki.Root).ExportCertificatePem()),
            Proxy = proxy,
        };
        _client = new CredentialsProviderClient(_identity, options, Time);
    }

    public ManualTimeProvider Time { get; }

    public string CertificateId => _identity.CertificateId;

    public Task<FetchResult> StartAsync(CancellationToken cancellationToken = default) => _client.FetchAsync(cancellationToken);

    public Task<FetchResult> StartAsync(string alias) => _client.FetchAsync(alias);

    public async Task<CredentialFailure> FailAsync() =>
        Assert.IsType<FetchResult.Failure>(await StartAsync().WaitAsync(TimeSpan.FromSeconds(30))).Reason;

    public async Task<TemporaryCredentials> SucceedAsync()
    {
        var result = await StartAsync().WaitAsync(TimeSpan.FromSeconds(30));
        Assert.True(result is FetchResult.Success, result.ToString());
        return ((FetchResult.Success)result).Credentials;
    }

    public void Dispose()
    {
        _client.Dispose();
        _identity.Dispose();
        _folder.Dispose();
    }

    private static X509Certificate2 Copy(X509Certificate2 certificate) =>
        X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
}
