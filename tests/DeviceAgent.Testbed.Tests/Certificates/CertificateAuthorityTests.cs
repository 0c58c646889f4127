using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using DeviceAgent.Testbed.Certificates;
using DeviceAgent.Testbed.Tests.Registry;
using DeviceAgent.TestSupport;

namespace DeviceAgent.Testbed.Tests.Certificates;

public sealed class CertificateAuthorityTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ManualTimeProvider _time = new();

    private string Home => _folder.Below("ca");

    [Fact]
    public void Constructor_SecondTime_LoadsTheSameAuthority()
    {
        using var first = Open();
        var server = first.ServerCertificate.Thumbprint;
        using var second = Open();

        Assert.Equal(first.CertificatePem, second.CertificatePem);
        Assert.Equal(server, second.ServerCertificate.Thumbprint);
        using var made = X509Certificate2.CreateFromPem(second.CreateDeviceCertificate("x", DeviceKeyKind.EcP256).CertificatePem);
        Assert.True(CertificateChecks.IsIssuedBy(made, first.Certificate));
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public void Constructor_FolderOpenToOthers_IsClosedAndKeysAreOwnerOnly()
    {
        Directory.CreateDirectory(Home, (UnixFileMode)0b111_101_101);
        using var authority = Open();
        _ = authority.ServerCertificate;

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Home));
        Assert.Equal(["ca.key", "ca.pem", "server.key", "server.pem"], Directory.GetFiles(Home).Select(Path.GetFileName).Order());
        Assert.All(Directory.GetFiles(Home), file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));
    }

    [Theory]
    [InlineData("not a key")]
    [InlineData(null)]
    public void Constructor_KeyDamagedOrGone_SaysWhichFolderToRemove(string? contents)
    {
        Open().Dispose();
        if (contents is null) File.Delete(Path.Combine(Home, "ca.key"));
        else File.WriteAllText(Path.Combine(Home, "ca.key"), contents);

        var problem = Assert.Throws<InvalidDataException>(Open);
        Assert.Contains($"Remove the folder {Home}", problem.Message);
    }

    [Fact]
    public void ServerCertificate_Names_AreTheLoopbackOnes()
    {
        using var authority = Open();
        var names = authority.ServerCertificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().Single();

        Assert.Equal(["localhost"], names.EnumerateDnsNames());
        Assert.Equal(["127.0.0.1", "::1"], names.EnumerateIPAddresses().Select(a => a.ToString()));
        Assert.True(authority.ServerCertificate.HasPrivateKey);
    }

    [Fact]
    public void ServerCertificate_ThirtyDaysBeforeItsEnd_IsRenewed()
    {
        using var authority = Open();
        var first = authority.ServerCertificate.Thumbprint;

        _time.Advance(TimeSpan.FromDays(366));
        Assert.Equal(first, authority.ServerCertificate.Thumbprint);

        _time.Advance(TimeSpan.FromDays(2));
        var renewed = authority.ServerCertificate;
        Assert.NotEqual(first, renewed.Thumbprint);
        Assert.Equal(_time.GetUtcNow().AddDays(397).UtcDateTime, renewed.NotAfter.ToUniversalTime());
        using var restarted = Open();
        Assert.Equal(renewed.Thumbprint, restarted.ServerCertificate.Thumbprint);
    }

    [Theory]
    [InlineData(nameof(DeviceKeyKind.EcP256), 256)]
    [InlineData(nameof(DeviceKeyKind.Rsa2048), 2048)]
    public void CreateDeviceCertificate_OfEachKind_FitsItsKeyAndEndsWithTheService(string kind, int bits)
    {
        using var authority = Open();
        var made = authority.CreateDeviceCertificate("boiler-07", Enum.Parse<DeviceKeyKind>(kind));
        using var certificate = X509Certificate2.CreateFromPem(made.CertificatePem, made.PrivateKeyPem);

        Assert.Equal("CN=boiler-07", certificate.Subject);
        Assert.Equal(new DateTime(2049, 12, 31, 23, 59, 59, DateTimeKind.Utc), certificate.NotAfter.ToUniversalTime());
        Assert.True(CertificateChecks.IsIssuedBy(certificate, authority.Certificate));
        Assert.True(CertificateChecks.HasAcceptableKey(certificate.PublicKey));
        Assert.Equal(bits, certificate.GetRSAPublicKey()?.KeySize ?? certificate.GetECDsaPublicKey()!.KeySize);
        Assert.Equal(made.PublicKeyPem.Trim(), new string(PemEncoding.Write("PUBLIC KEY", certificate.PublicKey.ExportSubjectPublicKeyInfo())));
        Assert.DoesNotContain("PRIVATE", made.ToString());
    }

    [Fact]
    public void SignRequest_GoodRequest_KeepsSubjectAndKeyOnly()
    {
        using var authority = Open();
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=pump-1, O=farm", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));

        using var certificate = authority.SignRequest(request.CreateSigningRequestPem());

        Assert.Equal("CN=pump-1, O=farm", certificate.Subject);
        Assert.Equal(key.ExportSubjectPublicKeyInfo(), certificate.PublicKey.ExportSubjectPublicKeyInfo());
        Assert.False(CertificateChecks.IsAuthority(certificate));
    }

    [Fact]
    public void SignRequest_SignatureOfAnotherKey_Throws()
    {
        using var authority = Open();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var der = new CertificateRequest("CN=pump-1", key, HashAlgorithmName.SHA256).CreateSigningRequest();
        der[^1] ^= 1;

        Assert.Throws<CryptographicException>(() => authority.SignRequest(PemEncoding.WriteString("CERTIFICATE REQUEST", der)));
    }

    public void Dispose() => _folder.Dispose();

    private CertificateAuthority Open() => new(Home, _time);
}
