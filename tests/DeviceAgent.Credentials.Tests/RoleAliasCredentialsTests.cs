using System.Security.Cryptography;
using DeviceAgent.Credentials.Tests.Fixtures;
using DeviceAgent.TestSupport;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Credentials.Tests;

public sealed class RoleAliasCredentialsTests : IDisposable
{
    private readonly TestFolder _folder = new();

    [Fact]
    public async Task GetCredentials_FromFilesToTheSdk_Works()
    {
        await using var server = new TlsServer();
        await using var credentials = RoleAliasCredentials.Create(Identity(), Options(server.Endpoint), timeProvider: new ManualTimeProvider(Pki.Now));

        var asynchronous = await credentials.GetCredentialsAsync();
        var synchronous = credentials.GetCredentials();
        Assert.Equal("ASIATEST00000000", asynchronous.AccessKey);
        Assert.Equal(Answers.SecretKey, asynchronous.SecretKey);
        Assert.Equal(Answers.Token, asynchronous.Token);
        Assert.Equal(asynchronous, synchronous);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task GetCredentials_FirstCallIsSynchronous_Works()
    {
        await using var server = new TlsServer();
        await using var credentials = RoleAliasCredentials.Create(Identity(), Options(server.Endpoint), timeProvider: new ManualTimeProvider(Pki.Now));
        var got = await Task.Run(credentials.GetCredentials).WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal("ASIATEST00000000", got.AccessKey);
    }

    [Fact]
    public async Task GetCredentials_Refused_CarriesTheFailure()
    {
        await using var server = new TlsServer { Reply = (c, _) => c.SendAsync(Answers.Error(403, "Access Denied")) };
        await using var credentials = RoleAliasCredentials.Create(Identity(), Options(server.Endpoint), timeProvider: new ManualTimeProvider(Pki.Now));
        var exception = await Assert.ThrowsAsync<CredentialsUnavailableException>(credentials.GetCredentialsAsync);
        Assert.Equal(CredentialFailureKind.AccessDenied, exception.Failure.Kind);
        Assert.Contains("iot:AssumeRoleWithCertificate", exception.Message);
        Assert.Equal(exception.Failure, Assert.Throws<CredentialsUnavailableException>(credentials.GetCredentials).Failure);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task Create_CertificateExpired_IsLoggedAndNotRefused()
    {
        var log = new TestLog();
        using var factory = new SingleLogFactory(log);
        await using var credentials = RoleAliasCredentials.Create(
            Identity(), Options("localhost:1"), factory, new ManualTimeProvider(Pki.Now.AddYears(2)));
        Assert.Contains("the certificate expired at", Assert.Single(log.Entries, e => e.Id == 1006).Text);
    }

    [Fact]
    public async Task Dispose_OverAGivenCache_LeavesIt()
    {
        await using var cache = new CredentialCache(
            _ => throw new InvalidOperationException(), new CredentialCacheOptions(), new ManualTimeProvider(), new Random(1), new TestLog());
        await new RoleAliasCredentials(cache).DisposeAsync();
        await Assert.ThrowsAsync<CredentialsUnavailableException>(() => cache.GetAsync().AsTask());
    }

    public void Dispose() => _folder.Dispose();

    private DeviceIdentityOptions Identity()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = Pki.DeviceCertificate(Pki.Root, key);
        return new()
        {
            CertificatePath = _folder.Write("device.pem", certificate.ExportCertificatePem()),
            PrivateKeyPath = _folder.Write("device.key", key.ExportPkcs8PrivateKeyPem()),
        };
    }

    private RoleAliasOptions Options(string endpoint) => new()
    {
        CredentialsEndpoint = endpoint,
        RoleAlias = "fleet-ddb",
        ThingName = "boiler-07",
        CaPath = _folder.Write("roots.pem", Pki.Root.ExportCertificatePem()),
    };

    private sealed class SingleLogFactory(ILogger log) : ILoggerFactory
    {
        public ILogger CreateLogger(string categoryName) => log;

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public void Dispose()
        {
        }
    }
}
