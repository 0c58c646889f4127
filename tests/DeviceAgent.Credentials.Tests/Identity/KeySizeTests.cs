using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using DeviceAgent.Credentials.Tests.Fixtures;

namespace DeviceAgent.Credentials.Tests.Identity;

/// <summary>A key that no TLS connection would be made with is known before one is tried.</summary>
public sealed class KeySizeTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Load_RsaKeyOf1024Bits_IsRefusedWithTheCommandForAnother()
    {
        using var key = RSA.Create(1024);
        using var certificate = Pki.DeviceCertificate(Pki.Root, key);
        var path = _folder.Write("device.key", key.ExportPkcs8PrivateKeyPem());

        var problem = Assert.Single(Assert.Throws<DeviceIdentityException>(() => DeviceIdentity.Load(new() { CertificatePath = _folder.Write("device.pem", certificate.ExportCertificatePem()), PrivateKeyPath = path })).Problems);

        Assert.Equal((path, "the private key has 1024 bits; AWS IoT takes RSA keys of 2048 bits or more, and EC keys of 256 or more"), (problem.Subject, problem.What));
        Assert.Contains("openssl ecparam -name prime256v1 -genkey", problem.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_PfxWithAShortKey_IsRefusedAsWell()
    {
        using var key = RSA.Create(1024);
        using var certificate = Pki.DeviceCertificate(Pki.Root, key);
        var path = _folder.Write("device.pfx", certificate.Export(X509ContentType.Pkcs12));

        Assert.StartsWith(
            "the private key has 1024 bits", Assert.Single(Assert.Throws<DeviceIdentityException>(() => DeviceIdentity.Load(new() { CertificatePath = path })).Problems).What, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("secp256k1")]
    [InlineData("brainpoolP384r1")]
    public void Load_KeyOnACurveThatAwsDoesNotTake_IsRefusedWithTheCommandForAnother(string curve)
    {
        using var key = ECDsa.Create(ECCurve.CreateFromFriendlyName(curve));
        using var certificate = Pki.DeviceCertificate(Pki.Root, key);
        var path = _folder.Write("device.key", key.ExportPkcs8PrivateKeyPem());

        var problem = Assert.Single(Assert.Throws<DeviceIdentityException>(() => DeviceIdentity.Load(new() { CertificatePath = _folder.Write("device.pem", certificate.ExportCertificatePem()), PrivateKeyPath = path })).Problems);

        Assert.Equal(path, problem.Subject);
        Assert.Equal($"the private key is on the curve {curve}; AWS IoT takes the curves P-256, P-384 and P-521 only", problem.What, ignoreCase: true);
        Assert.Contains("openssl ecparam -name prime256v1 -genkey", problem.Remedy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nistP256")]
    [InlineData("nistP384")]
    [InlineData("nistP521")]
    public void Load_KeyOnACurveThatAwsTakes_IsRead(string curve)
    {
        using var key = ECDsa.Create(ECCurve.CreateFromFriendlyName(curve));
        using var certificate = Pki.DeviceCertificate(Pki.Root, key);
        using var identity = DeviceIdentity.Load(new() { CertificatePath = _folder.Write("device.pem", certificate.ExportCertificatePem()), PrivateKeyPath = _folder.Write("device.key", key.ExportPkcs8PrivateKeyPem()) });
        Assert.NotEmpty(identity.CertificateId);
    }

    [Fact]
    public void FileUnreadable_Remedy_NamesWhoRunsTheProgram_NotWhoCallsSudo()
    {
        var remedy = DeviceAgent.Credentials.Identity.Problems.FileUnreadable("/etc/device-agent/private.key", "denied").Remedy;
        Assert.Equal($"Let the user that runs this program own it: sudo chown {Environment.UserName} /etc/device-agent/private.key", remedy);
    }
}
