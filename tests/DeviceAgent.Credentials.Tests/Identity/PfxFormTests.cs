using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using DeviceAgent.Credentials.Tests.Fixtures;
using Org.BouncyCastle.Pkcs;
using Org.BouncyCastle.Security;
using static DeviceAgent.Credentials.Tests.Fixtures.Signatures;
using BouncyCertificate = Org.BouncyCastle.X509.X509Certificate;

namespace DeviceAgent.Credentials.Tests.Identity;

/// <summary>PFX files of other makers than the framework.</summary>
public sealed class PfxFormTests : IDisposable
{
    private const string Password = "canary-password";

    private static readonly ECDsa Ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private static readonly RSA Rsa = RSA.Create(2048);
    private static readonly X509Certificate2 EcCertificate = Pki.DeviceCertificate(Pki.Intermediate, Ec);
    private static readonly X509Certificate2 RsaCertificate = Pki.DeviceCertificate(Pki.Intermediate, Rsa);

    private readonly TestFolder _folder = new();

    [Theory]
    [InlineData(Password, "")]
    [InlineData(Password, "-nomac")]
    [InlineData(Password, "-legacy")]
    [InlineData(Password, "-legacy -certpbe PBE-SHA1-RC2-40 -keypbe PBE-SHA1-RC2-40")]
    [InlineData(Password, "-macalg sha512")]
    [InlineData(Password, "-macalg sha384 -maciter")]
    [InlineData(Password, "-certpbe NONE")]
    [InlineData(Password, "-certpbe AES-256-CBC -keypbe AES-256-CBC -iter 5000")]
    [InlineData("", "")]
    [InlineData("", "-legacy")]
    [InlineData("", "-keypbe NONE -certpbe NONE -nomac")]
    public void Load_PfxOfOpenSsl_IsReadWithItsIntermediateAndSigns(string password, string options)
    {
        foreach (var (key, certificate) in new (AsymmetricAlgorithm, X509Certificate2)[] { (Ec, EcCertificate), (Rsa, RsaCertificate) })
        {
            var (keyFile, certificateFile, chainFile) = (
                _folder.Write("in.key", key.ExportPkcs8PrivateKeyPem()),
                _folder.Write("in.pem", certificate.ExportCertificatePem()),
                _folder.Write("chain.pem", Pki.Intermediate.ExportCertificatePem()));
            var pfx = OpenSsl.Run($"pkcs12 -export -inkey {keyFile} -in {certificateFile} -certfile {chainFile} -passout pass:{password} {options}".TrimEnd());
            AssertLoads(pfx, password);
        }
    }

    [Fact]
    public void Load_PfxOfOpenSslWithAnEmptyPassword_NeedsNoneConfigured()
    {
        var (keyFile, certificateFile) = (_folder.Write("in.key", Ec.ExportPkcs8PrivateKeyPem()), _folder.Write("in.pem", EcCertificate.ExportCertificatePem()));
        using var identity = DeviceIdentity.Load(new()
        {
            CertificatePath = _folder.Write("device.pfx", OpenSsl.Run($"pkcs12 -export -inkey {keyFile} -in {certificateFile} -passout pass:")),
        });
        AssertSigns(identity.Certificate);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Load_PfxOfBouncyCastle_IsReadAndSigns(bool der)
    {
        var store = new Pkcs12StoreBuilder().SetUseDerEncoding(der).Build();
        var chain = new[] { EcCertificate, Pki.Intermediate, Pki.Root }.Select(c => new X509CertificateEntry(new BouncyCertificate(c.RawData))).ToArray();
        store.SetKeyEntry("a device", new AsymmetricKeyEntry(PrivateKeyFactory.CreateKey(Ec.ExportPkcs8PrivateKey())), chain);
        using var file = new MemoryStream();
        store.Save(file, Password.ToCharArray(), new SecureRandom());
        AssertLoads(file.ToArray(), Password, "CN=test root");
    }

    [Fact]
    public void Load_PfxWithTheMacOfAnotherPassword_SaysThatThePasswordDoesNotOpen()
    {
        var (keyFile, certificateFile) = (_folder.Write("in.key", Ec.ExportPkcs8PrivateKeyPem()), _folder.Write("in.pem", EcCertificate.ExportCertificatePem()));
        var path = _folder.Write("device.pfx", OpenSsl.Run($"pkcs12 -export -inkey {keyFile} -in {certificateFile} -macalg sha512 -passout pass:{Password}"));
        var exception = Assert.Throws<DeviceIdentityException>(
            () => DeviceIdentity.Load(new() { CertificatePath = path, PrivateKeyPassword = new Secret("canary-other") }));
        Assert.Contains("the password does not open", Assert.Single(exception.Problems).What);
        Assert.DoesNotContain("canary", exception.ToString());
    }

    public void Dispose() => _folder.Dispose();

    private void AssertLoads(byte[] pfx, string password, params string[] more)
    {
        using var identity = DeviceIdentity.Load(new()
        {
            CertificatePath = _folder.Write("device.pfx", pfx),
            PrivateKeyPassword = new Secret(password),
        });
        Assert.Equal("CN=boiler-07", identity.Certificate.Subject);
        Assert.Equal(["CN=test intermediate", .. more], identity.Chain.Select(c => c.Subject).Order());
        AssertSigns(identity.Certificate);
    }
}
