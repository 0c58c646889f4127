using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using DeviceAgent.Credentials.Tests.Fixtures;
using static DeviceAgent.Credentials.Tests.Fixtures.Signatures;

namespace DeviceAgent.Credentials.Tests.Identity;

public sealed class DeviceIdentityTests : IDisposable
{
    private const string Password = "canary-password";

    private static readonly ECDsa Ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private static readonly RSA Rsa = RSA.Create(2048);
    private static readonly X509Certificate2 EcCertificate = Pki.DeviceCertificate(Pki.Root, Ec);
    private static readonly X509Certificate2 RsaCertificate = Pki.DeviceCertificate(Pki.Root, Rsa);
    private static readonly PbeParameters Pbe = new(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000);

    private readonly TestFolder _folder = new();

    public static TheoryData<string, bool> KeyForms => new()
    {
        { "EC PKCS#8", true },
        { "EC SEC1", true },
        { "EC encrypted PKCS#8", true },
        { "EC with parameters, as openssl ecparam writes it", true },
        { "RSA PKCS#8", false },
        { "RSA PKCS#1", false },
        { "RSA encrypted PKCS#8", false },
        { "RSA PKCS#8 with Windows line ends and a preamble", false },
    };

    [Theory]
    [MemberData(nameof(KeyForms))]
    public void Load_KeyForm_IsRead(string form, bool ec)
    {
        var certificate = ec ? EcCertificate : RsaCertificate;
        using var identity = DeviceIdentity.Load(new()
        {
            CertificatePath = _folder.Write("device.pem", certificate.ExportCertificatePem()),
            PrivateKeyPath = _folder.Write("device.key", Key(form)),
            PrivateKeyPassword = new Secret(Password),
        });

        Assert.True(identity.Certificate.HasPrivateKey);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(certificate.RawData)), identity.CertificateId);
        Assert.Empty(identity.Chain);
        AssertSigns(identity.Certificate);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Load_KeyAndCertificateInOneFile_AreRead(bool keyFirst)
    {
        var (certificate, key) = (EcCertificate.ExportCertificatePem() + "\n", Ec.ExportPkcs8PrivateKeyPem() + "\n");
        using var identity = DeviceIdentity.Load(new()
        {
            CertificatePath = _folder.Write("device.pem", keyFirst ? key + certificate : certificate + key),
        });
        AssertSigns(identity.Certificate);
    }

    [Theory]
    [InlineData(Password)]
    [InlineData(null)]
    public void Load_Pfx_IsReadWithItsIntermediates(string? password)
    {
        using var intermediate = X509CertificateLoader.LoadCertificate(Pki.Intermediate.RawData);
        var pfx = new X509Certificate2Collection { intermediate, RsaCertificate }.Export(X509ContentType.Pkcs12, password)!;
        using var identity = DeviceIdentity.Load(new()
        {
            CertificatePath = _folder.Write("device.pfx", pfx),
            PrivateKeyPassword = password is null ? null : new Secret(password),
        });
        Assert.Equal("CN=boiler-07", identity.Certificate.Subject);
        Assert.Equal("CN=test intermediate", Assert.Single(identity.Chain).Subject);
        AssertSigns(identity.Certificate);
    }

    [Fact]
    public void Load_IntermediatesAfterTheCertificateAndInAChainFile_AreKept()
    {
        using var identity = DeviceIdentity.Load(new()
        {
            CertificatePath = _folder.Write("device.pem", EcCertificate.ExportCertificatePem() + "\n" + Pki.Intermediate.ExportCertificatePem()),
            PrivateKeyPath = _folder.Write("device.key", Ec.ExportPkcs8PrivateKeyPem()),
            CertificateChainPath = _folder.Write("chain.pem", Pki.OtherRoot.ExportCertificatePem()),
        });
        Assert.Equal(["CN=test intermediate", "CN=other root"], identity.Chain.Select(c => c.Subject));
    }

    public static TheoryData<string, string, string> BadKeys => new()
    {
        { "none", "the file does not exist", "correct the path" },
        { "text", "neither a PEM nor a DER private key", "-----BEGIN PRIVATE KEY-----" },
        { "certificate", "holds no private key", "shows it only once" },
        { "damaged", "damaged, or neither EC nor RSA", "openssl pkey -in" },
        { "traditional", "no password is configured", "Configure the private key's password" },
        { "no password", "no password is configured", "Configure the private key's password" },
        { "wrong password", "the password does not open the private key", "Correct the password" },
        { "of another certificate", "does not match the certificate", "compare the public keys" },
        { "of another algorithm", "does not match the certificate", "compare the public keys" },
    };

    [Theory]
    [MemberData(nameof(BadKeys))]
    public void Load_BadKey_SaysWhatAndHow(string fault, string what, string remedy)
    {
        var certificatePath = _folder.Write("device.pem", EcCertificate.ExportCertificatePem());
        var keyPath = fault == "none" ? _folder.PathOf("device.key") : _folder.Write("device.key", BadKey(fault));
        var problem = LoadFails(new()
        {
            CertificatePath = certificatePath,
            PrivateKeyPath = keyPath,
            PrivateKeyPassword = fault == "wrong password" ? new Secret("other") : null,
        });

        Assert.Equal(keyPath, problem.Subject);
        Assert.Contains(what, problem.What);
        Assert.Contains(remedy, problem.Remedy);
        if (fault.StartsWith("of ", StringComparison.Ordinal)) Assert.Contains(certificatePath, problem.What);
    }

    public static TheoryData<string, string, string> BadCertificates => new()
    {
        { "none", "the file does not exist", "correct the path" },
        { "folder", "it is a folder, not a file", "Correct the path" },
        { "text", "neither a PEM nor a DER certificate, nor a PFX file", "-----BEGIN CERTIFICATE-----" },
        { "empty", "neither a PEM nor a DER certificate, nor a PFX file", "-----BEGIN CERTIFICATE-----" },
        { "der of a key", "neither a PEM nor a DER certificate, nor a PFX file; it is a private key in DER form (PRIVATE KEY)", "swapped" },
        { "key", "holds no certificate", "swapped" },
        { "damaged", "certificate 1 in the file is damaged", "again" },
        { "large", "never has more than 1 MiB", "correct the path" },
    };

    [Theory]
    [MemberData(nameof(BadCertificates))]
    public void Load_BadCertificate_SaysWhatAndHow(string fault, string what, string remedy)
    {
        var path = _folder.PathOf("device.pem");
        if (fault == "folder") Directory.CreateDirectory(path);
        else if (fault != "none") _folder.Write("device.pem", BadCertificate(fault));
        var problem = LoadFails(new() { CertificatePath = path, PrivateKeyPath = _folder.Write("device.key", Ec.ExportPkcs8PrivateKeyPem()) });
        Assert.Equal(path, problem.Subject);
        Assert.Contains(what, problem.What);
        Assert.Contains(remedy, problem.Remedy, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData(null, "no password is configured")]
    [InlineData("other", "the password does not open")]
    public void Load_PfxWithTheWrongPassword_SaysSo(string? password, string what)
    {
        var problem = LoadFails(new()
        {
            CertificatePath = _folder.Write("device.pfx", RsaCertificate.Export(X509ContentType.Pkcs12, Password)),
            PrivateKeyPassword = password is null ? null : new Secret(password),
        });
        Assert.Contains(what, problem.What);
    }

    [Fact]
    public void Load_PfxWithoutKey_SaysSo()
    {
        using var publicOnly = X509CertificateLoader.LoadCertificate(RsaCertificate.RawData);
        var problem = LoadFails(new() { CertificatePath = _folder.Write("device.pfx", publicOnly.Export(X509ContentType.Pkcs12)) });
        Assert.Contains("holds no private key", problem.What);
    }

    [Fact]
    public void Load_KeyPathBesidePfx_SaysSo()
    {
        var keyPath = _folder.Write("device.key", Rsa.ExportPkcs8PrivateKeyPem());
        var problem = LoadFails(new() { CertificatePath = _folder.Write("device.pfx", RsaCertificate.Export(X509ContentType.Pkcs12)), PrivateKeyPath = keyPath });
        Assert.Equal(keyPath, problem.Subject);
        Assert.Contains("PFX file, which holds its own", problem.What);
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.GroupWrite)]
    [InlineData(UnixFileMode.OtherWrite)]
    public void Load_KeyOpenToOthers_IsRefusedUnlessAllowed(UnixFileMode open)
    {
        var options = new DeviceIdentityOptions
        {
            CertificatePath = _folder.Write("device.pem", EcCertificate.ExportCertificatePem(), UnixFileMode.UserRead | UnixFileMode.OtherRead),
            PrivateKeyPath = _folder.Write("it's the.key", Ec.ExportPkcs8PrivateKeyPem(), UnixFileMode.UserRead | open),
        };
        var problem = LoadFails(options);
        Assert.Equal($"Run: chmod 600 '{_folder.PathOf("it'\\''s the.key")}'", problem.Remedy);

        using var identity = DeviceIdentity.Load(options with { AllowInsecureKeyPermissions = true });
        Assert.True(identity.Certificate.HasPrivateKey);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Load_FileThatHoldsTheKeyTooIsOpenToOthers_IsRefused(bool pfx)
    {
        var content = pfx
            ? EcCertificate.Export(X509ContentType.Pkcs12)
            : Encoding.UTF8.GetBytes(EcCertificate.ExportCertificatePem() + "\n" + Ec.ExportPkcs8PrivateKeyPem());
        var path = _folder.Write("device", content, UnixFileMode.UserRead | UnixFileMode.GroupRead);
        Assert.Equal($"Run: chmod 600 {path}", LoadFails(new() { CertificatePath = path }).Remedy);
    }

    [Fact]
    public void Load_SeveralFaults_AreAllReported()
    {
        var exception = Assert.Throws<DeviceIdentityException>(() => DeviceIdentity.Load(new()
        {
            CertificatePath = _folder.PathOf("no-certificate"),
            PrivateKeyPath = _folder.PathOf("no-key"),
            CertificateChainPath = _folder.Write("chain.pem", "nothing"),
        }));
        Assert.Equal(3, exception.Problems.Count);
        Assert.All(exception.Problems, p => Assert.Contains(p.ToString(), exception.Message));
    }

    [Fact]
    public void New_CertificateWithoutKey_IsRefused()
    {
        using var publicOnly = X509CertificateLoader.LoadCertificate(EcCertificate.RawData);
        var exception = Assert.Throws<DeviceIdentityException>(() => new DeviceIdentity(publicOnly));
        Assert.Contains("without its private key", exception.Message);
    }

    [Theory]
    [InlineData(-31, CertificateValidity.NotYetValid, "Most likely the clock is wrong")]
    [InlineData(0, CertificateValidity.Valid, null)]
    [InlineData(340, CertificateValidity.Valid, "before then")]
    [InlineData(366, CertificateValidity.Expired, "Check the clock")]
    public void WarningsAt_Day_TellHowTheDatesStand(int day, CertificateValidity validity, string? remedy)
    {
        using var identity = DeviceIdentity.Load(new()
        {
            CertificatePath = _folder.Write("device.pem", EcCertificate.ExportCertificatePem() + "\n" + Ec.ExportPkcs8PrivateKeyPem()),
        });
        var now = Pki.Now.AddDays(day);
        Assert.Equal(validity, identity.ValidityAt(now));
        if (remedy is null) Assert.Empty(identity.WarningsAt(now));
        else Assert.Contains(remedy, Assert.Single(identity.WarningsAt(now)).Remedy);
    }

    [Fact]
    public void WarningsAt_IntermediateHasExpired_NamesIt()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var intermediate = new CertificateRequest("CN=Plant CA", key, HashAlgorithmName.SHA256).CreateSelfSigned(Pki.Now.AddYears(-2), Pki.Now.AddDays(-1));
        using var identity = DeviceIdentity.Load(new()
        {
            CertificatePath = _folder.Write("device.pem", EcCertificate.ExportCertificatePem() + "\n" + Ec.ExportPkcs8PrivateKeyPem()),
            CertificateChainPath = _folder.Write("chain.pem", intermediate.ExportCertificatePem()),
        });

        Assert.Equal(CertificateValidity.Valid, identity.ValidityAt(Pki.Now));
        Assert.StartsWith("the intermediate certificate CN=Plant CA expired at", Assert.Single(identity.WarningsAt(Pki.Now)).What, StringComparison.Ordinal);
        Assert.DoesNotContain(identity.WarningsAt(Pki.Now.AddDays(-40)), w => w.Subject == "CN=Plant CA");
    }

    /// <summary>A public key that is none, in every place where one can stand.</summary>
    [Theory]
    [InlineData("certificate")]
    [InlineData("key")]
    [InlineData("chain")]
    public void Load_PointBesideItsCurve_IsAProblemByName(string place)
    {
        var certificate = place == "certificate" ? PemEncoding.WriteString("CERTIFICATE", BesideItsCurve(EcCertificate.RawData)) : EcCertificate.ExportCertificatePem();
        var key = place == "key" ? PemEncoding.WriteString("PRIVATE KEY", BesideItsCurve(Ec.ExportPkcs8PrivateKey())) : Ec.ExportPkcs8PrivateKeyPem();
        var options = new DeviceIdentityOptions
        {
            CertificatePath = _folder.Write("device.pem", certificate),
            PrivateKeyPath = _folder.Write("device.key", key),
            CertificateChainPath = place == "chain" ? _folder.Write("chain.pem", PemEncoding.WriteString("CERTIFICATE", BesideItsCurve(EcCertificate.RawData))) : null,
        };
        if (place != "certificate")
        {
            // The chain is the server's to judge; of a private key's file the public half is not used.
            using var identity = DeviceIdentity.Load(options);
            Assert.NotNull(identity.Tls);
            return;
        }

        var problem = LoadFails(options);
        Assert.Contains("device.pem", problem.Subject);
        Assert.Contains("its public key cannot be used", problem.What);
    }

    [Fact]
    public void Client_RootWithAPointBesideItsCurve_TrustsNobodyByIt()
    {
        using var identity = DeviceIdentity.Load(new() { CertificatePath = _folder.Write("device.pem", EcCertificate.ExportCertificatePem() + "\n" + Ec.ExportPkcs8PrivateKeyPem()) });
        var bundle = _folder.Write("roots.pem", PemEncoding.WriteString("CERTIFICATE", BesideItsCurve(EcCertificate.RawData)));
        using var client = new CredentialsProviderClient(identity, new RoleAliasOptions { CredentialsEndpoint = "localhost", RoleAlias = "fleet-ddb", CaPath = bundle }, TimeProvider.System);
        Assert.NotNull(client);
    }

    public void Dispose() => _folder.Dispose();

    private static byte[] BesideItsCurve(byte[] der)
    {
        var point = Ec.ExportParameters(includePrivateParameters: false).Q.Y!;
        var at = der.AsSpan().IndexOf(point) + point.Length - 1;
        byte[] spoilt = [.. der];
        spoilt[at] ^= 1;
        return spoilt;
    }

    private static DeviceIdentityProblem LoadFails(DeviceIdentityOptions options)
    {
        var exception = Assert.Throws<DeviceIdentityException>(() => DeviceIdentity.Load(options));
        Assert.DoesNotContain("canary", exception.ToString());
        return Assert.Single(exception.Problems);
    }

    private static string Key(string form) => form switch
    {
        "EC PKCS#8" => Ec.ExportPkcs8PrivateKeyPem(),
        "EC SEC1" => Ec.ExportECPrivateKeyPem(),
        "EC encrypted PKCS#8" => Ec.ExportEncryptedPkcs8PrivateKeyPem(Password, Pbe),
        "EC with parameters, as openssl ecparam writes it" =>
            "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n" + Ec.ExportECPrivateKeyPem(),
        "RSA PKCS#8" => Rsa.ExportPkcs8PrivateKeyPem(),
        "RSA PKCS#1" => Rsa.ExportRSAPrivateKeyPem(),
        "RSA encrypted PKCS#8" => Rsa.ExportEncryptedPkcs8PrivateKeyPem(Password, Pbe),
        _ => "Bag Attributes: none\r\n" + Rsa.ExportPkcs8PrivateKeyPem().ReplaceLineEndings("\r\n"),
    };

    private static string BadKey(string fault) => fault switch
    {
        "certificate" => EcCertificate.ExportCertificatePem(),
        "damaged" => PemEncoding.WriteString("PRIVATE KEY", [1, 2, 3, 4]),
        "traditional" => "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00112233445566778899AABBCCDDEEFF\n\nAAAA\n-----END RSA PRIVATE KEY-----\n",
        "no password" or "wrong password" => Ec.ExportEncryptedPkcs8PrivateKeyPem(Password, Pbe),
        "of another certificate" => ECDsa.Create(ECCurve.NamedCurves.nistP256).ExportPkcs8PrivateKeyPem(),
        "of another algorithm" => Rsa.ExportPkcs8PrivateKeyPem(),
        _ => "some text",
    };

    private static byte[] BadCertificate(string fault) => fault switch
    {
        "text" => "some text"u8.ToArray(),
        "empty" => [],
        "der of a key" => Ec.ExportPkcs8PrivateKey(),
        "key" => Encoding.UTF8.GetBytes(Ec.ExportPkcs8PrivateKeyPem()),
        "damaged" => Encoding.UTF8.GetBytes(PemEncoding.WriteString("CERTIFICATE", [1, 2, 3, 4])),
        _ => new byte[1024 * 1024 + 1],
    };
}
