using System.Security.Cryptography;
using Amazon.Runtime;
using DeviceAgent.Credentials.Tests.Fixtures;
using DeviceAgent.TestSupport;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace DeviceAgent.Credentials.Tests;

public sealed class ServiceCollectionTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Add_ByDelegate_AnSdkClientGetsCredentials()
    {
        await using var server = new TlsServer();
        await using var services = new ServiceCollection()
            .AddSingleton<TimeProvider>(new ManualTimeProvider(Pki.Now))
            .AddIotRoleAliasCredentials(o =>
            {
                foreach (var (key, value) in Settings(server.Endpoint)) typeof(IotRoleAliasOptions).GetProperty(key)!.SetValue(o, value);
            })
            .BuildServiceProvider();
        var credentials = services.GetRequiredService<AWSCredentials>();
        Assert.Same(credentials, services.GetRequiredService<RoleAliasCredentials>());
        Assert.Equal("ASIATEST00000000", (await credentials.GetCredentialsAsync()).AccessKey);
        Assert.Contains("GET /role-aliases/fleet-ddb/credentials", Assert.Single(server.Requests));
    }

    [Fact]
    public async Task Add_ByConfiguration_AnSdkClientGetsCredentials()
    {
        await using var server = new TlsServer();
        await using var services = Configured(new(Settings(server.Endpoint)) { ["RequestTimeout"] = "00:00:20" });
        Assert.Equal("ASIATEST00000000", (await services.GetRequiredService<AWSCredentials>().GetCredentialsAsync()).AccessKey);
        Assert.Equal(TimeSpan.FromSeconds(20), services.GetRequiredService<IOptions<IotRoleAliasOptions>>().Value.RequestTimeout);
    }

    /// <summary>What the host does at start.</summary>
    [Fact]
    public void Validate_ManyMistakes_AllAreTold()
    {
        using var services = Configured(new()
        {
            ["CredentialsEndpoint"] = "https://c0ffee.credentials.iot.us-east-1.amazonaws.com",
            ["RoleAlias"] = "no spaces",
            ["CertificatePath"] = _folder.PathOf("missing.pem"),
            ["PrivateKeyPath"] = _folder.PathOf("missing.key"),
            ["CaPath"] = _folder.PathOf("missing-roots.pem"),
            ["StartSpread"] = "-00:00:01",
        });
        var failures = Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<IStartupValidator>().Validate()).Failures.ToList();
        Assert.Contains(failures, f => f.Contains("CredentialsEndpoint", StringComparison.Ordinal) && f.Contains("scheme", StringComparison.Ordinal));
        Assert.Contains(failures, f => f.Contains("RoleAlias 'no spaces'", StringComparison.Ordinal));
        Assert.Contains(failures, f => f.Contains("missing.pem", StringComparison.Ordinal));
        Assert.Contains(failures, f => f.Contains("missing.key", StringComparison.Ordinal));
        Assert.Contains(failures, f => f.Contains("missing-roots.pem", StringComparison.Ordinal));
        Assert.Contains(failures, f => f.Contains("StartSpread", StringComparison.Ordinal));
        Assert.Equal(6, failures.Count);
    }

    [Fact]
    public void Validate_Nothing_NamesWhatIsRequired()
    {
        using var services = new ServiceCollection().AddIotRoleAliasCredentials(_ => { }).BuildServiceProvider();
        var failures = Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<IStartupValidator>().Validate()).Failures.ToList();
        Assert.Equal(["CredentialsEndpoint", "RoleAlias", "CertificatePath"], failures.Select(f => f.Split(' ')[0]));
    }

    [Fact]
    public void Bind_UnknownKey_IsAnError()
    {
        using var services = Configured(new() { ["RoleAlais"] = "fleet-ddb" });
        Assert.Contains("RoleAlais", Assert.Throws<InvalidOperationException>(() => services.GetRequiredService<AWSCredentials>()).Message);
    }

    /// <summary>A provider that is disposed synchronously, as many a test and console program does.</summary>
    [Fact]
    public void Dispose_OfTheProvider_DisposesTheCredentials()
    {
        var services = Configured(new(Settings("localhost:1")));
        var credentials = services.GetRequiredService<RoleAliasCredentials>();
        services.Dispose();
        Assert.Throws<ObjectDisposedException>(() => credentials.GetCredentials());
    }

    private static ServiceProvider Configured(Dictionary<string, string?> settings) => new ServiceCollection()
        .AddSingleton<TimeProvider>(new ManualTimeProvider(Pki.Now))
        .AddIotRoleAliasCredentials(new ConfigurationBuilder().AddInMemoryCollection(settings).Build())
        .BuildServiceProvider();

    private Dictionary<string, string?> Settings(string endpoint)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = Pki.DeviceCertificate(Pki.Root, key);
        return new()
        {
            ["CredentialsEndpoint"] = endpoint,
            ["RoleAlias"] = "fleet-ddb",
            ["ThingName"] = "boiler-07",
            ["CaPath"] = _folder.Write("roots.pem", Pki.Root.ExportCertificatePem()),
            ["CertificatePath"] = _folder.Write("device.pem", certificate.ExportCertificatePem()),
            ["PrivateKeyPath"] = _folder.Write("device.key", key.ExportPkcs8PrivateKeyPem()),
        };
    }
}
