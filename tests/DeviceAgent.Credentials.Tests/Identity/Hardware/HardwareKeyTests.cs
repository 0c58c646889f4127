using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using DeviceAgent.Credentials.Tests.Fixtures;
using DeviceAgent.TestSupport;

namespace DeviceAgent.Credentials.Tests.Identity.Hardware;

public sealed class HardwareKeyTests : IDisposable
{
    private const string Uri = SoftHsm.TokenUri + ";object=ec";
    private const string Module = "?module-path=" + SoftHsm.Module;

    private readonly TestFolder _folder = new();

    public static TheoryData<string, SslProtocols> Handshakes => new()
    {
        { "ec", SslProtocols.Tls12 },
        { "ec", SslProtocols.Tls13 },
        { "rsa", SslProtocols.Tls12 },
        { "rsa", SslProtocols.Tls13 },
    };

    [Theory]
    [MemberData(nameof(Handshakes))]
    public async Task FetchAsync_KeyInHardware_CompletesMutualTls(string label, SslProtocols protocol)
    {
        await using var server = new TlsServer { Protocols = protocol };
        using var identity = Load($"{SoftHsm.TokenUri};object={label};type=private{Module}", SoftHsm.Certificate(label));
        using var client = new CredentialsProviderClient(
            identity,
            new RoleAliasOptions { CredentialsEndpoint = server.Endpoint, RoleAlias = "fleet-ddb", CaPath = _folder.Write("roots.pem", Pki.Root.ExportCertificatePem()) },
            new ManualTimeProvider(Pki.Now));

        for (var i = 0; i < 3; i++) Assert.IsType<FetchResult.Success>(await client.FetchAsync());

        Assert.Equal(identity.CertificateId, server.ClientCertificateId);
    }

    [Theory]
    [InlineData("&pin-value=canary-pin-4321", null)]
    [InlineData("&pin-source=PINFILE", null)]
    [InlineData("&pin-source=file:PINFILE", null)]
    [InlineData("&pin-source=file://PINFILE", null)]
    [InlineData("", SoftHsm.Pin)]
    [InlineData("&pin-value=canary-pin-4321", "not this one")]
    public void Load_PinFromAnywhere_IsTaken(string query, string? password)
    {
        var pin = _folder.Write("pin", SoftHsm.Pin + "\n");

        using var identity = Load(Uri + Module + query.Replace("PINFILE", pin, StringComparison.Ordinal), SoftHsm.Certificate("ec"), password);

        Assert.True(identity.Certificate.HasPrivateKey);
    }

    [Fact]
    public void Load_CertificateOnTheToken_IsRead()
    {
        var pem = SoftHsm.Certificate("ec");
        SoftHsm.Store("ec", "01", pem);

        using var identity = DeviceIdentity.Load(new() { CertificatePath = Uri + Module, PrivateKeyPassword = new Secret(SoftHsm.Pin) });
        using var beside = DeviceIdentity.Load(new()
        {
            CertificatePath = $"{SoftHsm.TokenUri};id=%01;type=cert{Module}",
            PrivateKeyPath = Uri + Module,
            PrivateKeyPassword = new Secret(SoftHsm.Pin),
        });

        using var expected = X509Certificate2.CreateFromPem(pem);
        Assert.Equal(expected.RawData, identity.Certificate.RawData);
        Assert.True(identity.Certificate.HasPrivateKey);
        Assert.Equal(identity.CertificateId, beside.CertificateId);
    }

    [Theory]
    [InlineData("pkcs11:token=nope;object=ec" + Module, "no module has such a token (pkcs11:token=nope)", "pkcs11-tool --list-token-slots")]
    [InlineData(SoftHsm.TokenUri + ";object=nope" + Module, "holds no such private key", "--type privkey")]
    [InlineData(Uri + "?module-path=/nope/module.so", "/nope/module.so, which is not there", "libtpm2-pkcs11-1")]
    [InlineData(Uri + "?module-name=softhsm2", "module-name is not understood", "RFC 7512")]
    [InlineData("pkcs11:", "names neither token nor object", "RFC 7512")]
    [InlineData(Uri + Module + "&pin-source=/nope/pin", "pin-source names /nope/pin, which cannot be read", "Correct the path")]
    [InlineData(SoftHsm.TokenUri + ";object=other" + Module, "does not match the certificate", "Use the key")]
    public void Load_Wrong_SaysWhatAndWhatToDo(string uri, string what, string remedy)
    {
        var problem = Assert.Single(Assert.Throws<DeviceIdentityException>(() => Load(uri, SoftHsm.Certificate("ec"))).Problems);

        Assert.Contains(what, problem.What);
        Assert.Contains(remedy, problem.Remedy);
        Assert.DoesNotContain("?", problem.Subject);
    }

    [Fact]
    public void Load_CertificateNotOnTheToken_SaysSo()
    {
        var problem = Assert.Single(Assert.Throws<DeviceIdentityException>(() => DeviceIdentity.Load(new()
        {
            CertificatePath = SoftHsm.TokenUri + ";object=rsa" + Module,
            PrivateKeyPassword = new Secret(SoftHsm.Pin),
        })).Problems);

        Assert.Contains("holds no such certificate", problem.What);
    }

    [Fact]
    public void Load_PinFileOpenToOthers_IsRefused()
    {
        var pin = _folder.Write("pin", SoftHsm.Pin, UnixFileMode.UserRead | UnixFileMode.OtherRead);

        var problem = Assert.Single(Assert.Throws<DeviceIdentityException>(() => Load($"{Uri}{Module}&pin-source={pin}", SoftHsm.Certificate("ec"))).Problems);

        Assert.Contains("chmod 600", problem.Remedy);
    }

    [Fact]
    public void Options_WithPinInTheUri_DoNotPrintIt()
    {
        var options = new DeviceIdentityOptions { CertificatePath = "device.pem", PrivateKeyPath = Uri + "?pin-value=canary", PrivateKeyPassword = new Secret("canary") };

        Assert.DoesNotContain("canary", options.ToString());
        Assert.Contains("object=ec", options.ToString());
        Assert.Equal(Uri, DeviceIdentityOptions.Shown(Uri + "?pin-value=canary"));
        Assert.Equal("pkcs11:object=ec", DeviceIdentityOptions.Shown("pkcs11:pin-value=canary;object=ec"));
    }

    public void Dispose() => _folder.Dispose();

    private DeviceIdentity Load(string uri, string certificate, string? password = SoftHsm.Pin) => DeviceIdentity.Load(new()
    {
        CertificatePath = _folder.Write("device.pem", certificate),
        PrivateKeyPath = uri,
        PrivateKeyPassword = password is null ? null : new Secret(password),
    });
}
