using System.Reflection;
using System.Runtime.Loader;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using DeviceAgent.Credentials.Tests.Fixtures;
using DeviceAgent.TestSupport;
using Org.BouncyCastle.Asn1.X9;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Math;
using Org.BouncyCastle.Pkcs;
using static DeviceAgent.Credentials.Tests.Fixtures.Signatures;

namespace DeviceAgent.Credentials.Tests.Identity;

/// <summary>Keys in the forms that openssl writes them, those included that the framework does not read.</summary>
public sealed class KeyFormTests : IDisposable
{
    private const string Password = "canary-password";
    private const string Out = "-passout pass:" + Password;

    private static readonly Dictionary<string, AsymmetricAlgorithm> Keys = new()
    {
        ["ec"] = ECDsa.Create(ECCurve.NamedCurves.nistP256),
        ["p384"] = ECDsa.Create(ECCurve.NamedCurves.nistP384),
        ["p521"] = ECDsa.Create(ECCurve.NamedCurves.nistP521),
        ["rsa"] = RSA.Create(2048),
    };

    private static readonly Dictionary<string, X509Certificate2> Certificates = Keys.ToDictionary(k => k.Key, k => Pki.DeviceCertificate(Pki.Root, k.Value));

    private readonly TestFolder _folder = new();

    /// <summary>The key, and what makes the file of it; IN is the key as PKCS#8, and each next command gets what the one before made.</summary>
    public static TheoryData<string, string> Forms => new()
    {
        // Traditional encryption of PEM.
        { "rsa", $"rsa -in IN -traditional -des3 {Out}" },
        { "rsa", $"rsa -in IN -traditional -aes128 {Out}" },
        { "rsa", $"rsa -in IN -traditional -aes192 {Out}" },
        { "rsa", $"rsa -in IN -traditional -aes256 {Out}" },
        { "rsa", $"rsa -in IN -traditional -des {Out} -provider default -provider legacy" },
        { "ec", $"ec -in IN -aes128 {Out}" },
        { "ec", $"ec -in IN -des3 {Out}" },
        { "p384", $"ec -in IN -aes256 {Out}" },

        // PKCS#8, encrypted in ways of which the framework knows some.
        { "ec", $"pkcs8 -topk8 -in IN -scrypt {Out}" },
        { "rsa", $"pkcs8 -topk8 -in IN -scrypt -v2 aes-128-cbc {Out}" },
        { "ec", $"pkcs8 -topk8 -in IN -scrypt -v2 aes-192-cbc {Out} -outform DER" },
        { "ec", $"pkcs8 -topk8 -in IN -v2 aes-256-cbc {Out}" },
        { "rsa", $"pkcs8 -topk8 -in IN -v2 aes-256-cbc -v2prf hmacWithSHA512 {Out}" },
        { "rsa", $"pkcs8 -topk8 -in IN -v2 des3 {Out}" },
        { "ec", $"pkcs8 -topk8 -in IN -v2 aria-256-cbc {Out}" },
        { "rsa", $"pkcs8 -topk8 -in IN -v2 camellia-256-cbc {Out}" },
        { "ec", $"pkcs8 -topk8 -in IN -v1 PBE-SHA1-3DES {Out}" },
        { "ec", $"pkcs8 -topk8 -in IN -v1 PBE-SHA1-RC4-128 {Out} -provider default -provider legacy" },
        { "rsa", $"pkcs8 -topk8 -in IN -v1 PBE-SHA1-RC2-40 {Out} -provider default -provider legacy" },
        { "rsa", $"pkcs8 -topk8 -in IN -v1 PBE-MD5-DES {Out} -provider default -provider legacy" },

        // The parameters of the curve in the place of its name.
        { "ec", "ec -in IN -param_enc explicit" },
        { "p384", "ec -in IN -param_enc explicit" },
        { "p521", "ec -in IN -param_enc explicit" },
        { "ec", "ec -in IN -param_enc explicit -conv_form compressed" },
        { "ec", "ec -in IN -param_enc explicit -outform DER" },
        { "ec", $"ec -in IN -param_enc explicit -aes256 {Out}" },
        { "ec", "ec -in IN -param_enc explicit | pkcs8 -topk8 -nocrypt -in IN" },
        { "ec", "ec -in IN -param_enc explicit -conv_form compressed | pkcs8 -topk8 -nocrypt -in IN" },
        { "ec", $"ec -in IN -param_enc explicit | pkcs8 -topk8 -v2 aes-256-cbc -in IN {Out}" },
        { "ec", $"ec -in IN -param_enc explicit | pkcs8 -topk8 -scrypt -in IN {Out}" },

        // DER.
        { "ec", "ec -in IN -outform DER" },
        { "rsa", "rsa -in IN -traditional -outform DER" },
        { "ec", "pkcs8 -topk8 -nocrypt -in IN -outform DER" },
        { "rsa", "pkcs8 -topk8 -nocrypt -in IN -outform DER" },
        { "rsa", $"pkcs8 -topk8 -in IN -v2 aes-256-cbc {Out} -outform DER" },
    };

    [Theory]
    [MemberData(nameof(Forms))]
    public void Load_FormOfOpenSsl_IsReadAndSigns(string key, string commands)
    {
        using var identity = DeviceIdentity.Load(Options(key, Make(key, commands)));
        AssertSigns(identity.Certificate);
        using var alone = DeviceIdentity.LoadPrivateKey(Options(key, Make(key, commands)));
        Assert.Equal(Keys[key].ExportSubjectPublicKeyInfo(), alone.ExportSubjectPublicKeyInfo());
    }

    /// <summary>OpenSSL encrypts with the bytes of UTF-8, but in the ways of PKCS#12.</summary>
    [Theory]
    [InlineData("ec -in IN -aes128")]
    [InlineData("pkcs8 -topk8 -in IN -scrypt")]
    [InlineData("pkcs8 -topk8 -in IN -v2 aes-256-cbc")]
    [InlineData("pkcs8 -topk8 -in IN -v2 aria-256-cbc")]
    [InlineData("pkcs8 -topk8 -in IN -v1 PBE-SHA1-RC4-128 -provider default -provider legacy")]
    public void Load_PasswordOutsideAscii_OpensIt(string command)
    {
        const string password = "pässwörd-€";
        using var identity = DeviceIdentity.Load(Options("ec", Make("ec", $"{command} -passout pass:{password}")) with { PrivateKeyPassword = new Secret(password) });
        AssertSigns(identity.Certificate);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Load_TraditionalKeyBesideItsCertificate_IsRead(bool keyFirst)
    {
        var (certificate, key) = (Certificates["rsa"].ExportCertificatePem() + "\n", Encoding.ASCII.GetString(Make("rsa", $"rsa -in IN -traditional -aes256 {Out}")));
        using var identity = DeviceIdentity.Load(new()
        {
            CertificatePath = _folder.Write("device.pem", keyFirst ? key + certificate : certificate + key),
            PrivateKeyPassword = new Secret(Password),
        });
        AssertSigns(identity.Certificate);
    }

    [Fact]
    public void Load_TraditionalKeyWithWindowsLineEnds_IsRead()
    {
        var key = Encoding.ASCII.GetString(Make("ec", $"ec -in IN -aes128 {Out}")).ReplaceLineEndings("\r\n");
        using var identity = DeviceIdentity.Load(Options("ec", Encoding.ASCII.GetBytes("some text\r\n" + key)));
        AssertSigns(identity.Certificate);
    }

    [Fact]
    public void Load_ExplicitParametersBeforeTheKey_AreRead()
    {
        var parameters = OpenSsl.Run("ecparam -name prime256v1 -param_enc explicit");
        using var identity = DeviceIdentity.Load(Options("ec", [.. parameters, .. Make("ec", "ec -in IN -param_enc explicit")]));
        AssertSigns(identity.Certificate);
    }

    [Fact]
    public void Load_CertificateAndChainInDer_AreRead()
    {
        using var identity = DeviceIdentity.Load(new()
        {
            CertificatePath = _folder.Write("device.der", Certificates["ec"].RawData),
            PrivateKeyPath = _folder.Write("device.key", Make("ec", "ec -in IN -outform DER")),
            CertificateChainPath = _folder.Write("chain.der", Pki.Intermediate.RawData),
        });
        Assert.Equal("CN=test intermediate", Assert.Single(identity.Chain).Subject);
        AssertSigns(identity.Certificate);
    }

    [Theory]
    [InlineData("rsa", "rsa -in IN -traditional -des3")]
    [InlineData("ec", "ec -in IN -aes128")]
    public async Task Fetch_TraditionalKey_CompletesMutualTls(string key, string command)
    {
        await using var server = new TlsServer();
        using var identity = DeviceIdentity.Load(Options(key, Make(key, $"{command} {Out}")));
        using var client = new CredentialsProviderClient(
            identity,
            new RoleAliasOptions { CredentialsEndpoint = server.Endpoint, RoleAlias = "fleet-ddb", CaPath = _folder.Write("roots.pem", Pki.Root.ExportCertificatePem()) },
            new ManualTimeProvider());
        Assert.IsType<FetchResult.Success>(await client.FetchAsync());
        Assert.Equal(identity.CertificateId, server.ClientCertificateId);
    }

    [Theory]
    [InlineData("rsa", "rsa -in IN -traditional -des3")]
    [InlineData("ec", "ec -in IN -aes256")]
    [InlineData("ec", "pkcs8 -topk8 -in IN -scrypt")]
    [InlineData("ec", "pkcs8 -topk8 -in IN -v2 aes-256-cbc")]
    [InlineData("ec", "pkcs8 -topk8 -in IN -v2 aria-256-cbc")]
    [InlineData("ec", "pkcs8 -topk8 -in IN -v1 PBE-SHA1-RC4-128 -provider default -provider legacy")]
    [InlineData("ec", "pkcs8 -topk8 -in IN -v2 aes-256-cbc -outform DER")]
    public void Load_AnotherOrNoPassword_SaysWhich(string key, string command)
    {
        var content = Make(key, $"{command} {Out}");
        Fails(Options(key, content) with { PrivateKeyPassword = new Secret("canary-other") }, "the password does not open the private key", "Correct the password");
        Fails(Options(key, content) with { PrivateKeyPassword = null }, "encrypted and no password is configured", "Configure the private key's password");
    }

    [Theory]
    [InlineData("genpkey -algorithm ed25519", "Ed25519")]
    [InlineData("genpkey -algorithm ed448", "Ed448")]
    [InlineData("genpkey -algorithm x25519", "X25519")]
    [InlineData("genpkey -algorithm ed25519 -aes256 -pass pass:" + Password, "Ed25519")]
    [InlineData("genpkey -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048", "RSA-PSS")]
    [InlineData("genpkey -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048 -aes256 -pass pass:" + Password, "RSA-PSS")]
    [InlineData("genpkey -algorithm ed25519 -outform DER", "Ed25519")]
    [InlineData("dsaparam -genkey -noout 1024", "DSA")]
    public void Load_KindThatAwsIotDoesNotTake_SaysSo(string command, string kind) =>
        Fails(Options("ec", OpenSsl.Run(command)), $"of the kind {kind}; AWS IoT takes EC and RSA keys only", "openssl ecparam -name prime256v1");

    [Theory]
    [InlineData("DSA", "of the kind DSA; AWS IoT takes EC and RSA keys only", "openssl ecparam -name prime256v1")]
    [InlineData("OPENSSH", "in OpenSSH's own form", "ssh-keygen -p -m PKCS8 -f ")]
    public void Load_BlockOfAnotherLabel_SaysWhatItIs(string label, string what, string remedy) =>
        Fails(Options("ec", Encoding.ASCII.GetBytes(PemEncoding.WriteString($"{label} PRIVATE KEY", [1, 2, 3]))), what, remedy);

    [Theory]
    [InlineData("rsa -in IN -traditional -camellia128 " + Out)]
    [InlineData("rsa -in IN -traditional -aria128 " + Out)]
    public void Load_EncryptionThatIsNotSupported_NamesTheCommandThatConvertsIt(string command) =>
        Fails(Options("rsa", Make("rsa", command)), "encrypted in a way that is not supported", "openssl pkcs8 -topk8 -v2 aes-256-cbc -in ");

    /// <summary>With the block size 127 in the place of 8: a quarter of a gigabyte.</summary>
    [Fact]
    public void Load_ScryptThatTakesTooMuchMemory_IsRefused()
    {
        var key = Make("ec", $"pkcs8 -topk8 -in IN -scrypt {Out} -outform DER");
        var size = key.AsSpan().IndexOf<byte>([0x02, 0x02, 0x40, 0x00, 0x02, 0x01, 0x08]) + 6;
        Assert.Equal(8, key[size]);
        key[size] = 127;
        Fails(Options("ec", key), "deriving the key from the password takes scrypt with N=16384, r=127, p=1", "openssl pkcs8 -topk8");
    }

    /// <summary>P-256 with another generator: as good a curve as any, but nobody's.</summary>
    [Fact]
    public void Load_ExplicitParametersOfNoKnownCurve_SaysSo()
    {
        var p256 = ECNamedCurveTable.GetByName("P-256");
        var domain = new ECDomainParameters(p256.Curve, p256.G.Twice().Normalize(), p256.N, p256.H);
        var key = PrivateKeyInfoFactory.CreatePrivateKeyInfo(new ECPrivateKeyParameters(BigInteger.ValueOf(1234567), domain)).GetDerEncoded();
        Fails(Options("ec", key), "curve that has no name", "openssl ecparam -name prime256v1");
    }

    [Theory]
    [InlineData("ec -in IN -param_enc explicit")]
    [InlineData("ec -in IN -aes128 " + Out)]
    [InlineData("pkcs8 -topk8 -in IN -scrypt " + Out)]
    public void Load_KeyOfAnotherCertificate_SaysSo(string command) =>
        Fails(Options("p384", Make("ec", command)), "does not match the certificate", "compare the public keys");

    [Fact]
    public void Load_PfxInThePlaceOfTheKey_SaysWhereItBelongs() =>
        Fails(Options("ec", Certificates["ec"].Export(X509ContentType.Pkcs12)), "neither a PEM nor a DER private key", "into the certificate path");

    [Fact]
    public void Load_CertificateInDerWithoutKey_SaysThatTheKeyIsMissing()
    {
        var problem = Assert.Single(Assert.Throws<DeviceIdentityException>(
            () => DeviceIdentity.Load(new() { CertificatePath = _folder.Write("device.der", Certificates["ec"].RawData) })).Problems);
        Assert.Contains("holds no private key", problem.What);
    }

    /// <summary>Any bytes, cut or changed: a problem, never another exception.</summary>
    [Theory]
    [InlineData("rsa -in IN -traditional -aes256 " + Out)]
    [InlineData("pkcs8 -topk8 -in IN -scrypt -outform DER " + Out)]
    [InlineData("rsa -in IN -traditional -outform DER")]
    public void Load_DamagedFile_IsAProblem(string command)
    {
        var (whole, random) = (Make("rsa", command), new Random(20260301));
        for (var i = 0; i < 60; i++)
        {
            var bytes = i % 2 == 0 ? whole[..random.Next(whole.Length)] : (byte[])whole.Clone();
            // Not the cost of scrypt in the head of the file, which would only take longer.
            if (i % 2 == 1) bytes[random.Next(120, bytes.Length)] ^= (byte)random.Next(1, 256);
            try
            {
                DeviceIdentity.Load(Options("rsa", bytes)).Dispose();
            }
            catch (DeviceIdentityException e)
            {
                Assert.DoesNotContain("canary", e.ToString());
            }
        }
    }

    /// <summary>Five megabytes that a device with an ordinary key does not load.</summary>
    [Theory]
    [InlineData("pkcs8 -topk8 -nocrypt -in IN", false)]
    [InlineData("pkcs8 -topk8 -in IN -v2 aes-256-cbc " + Out, false)]
    [InlineData("ec -in IN", false)]
    [InlineData("ec -in IN -outform DER", false)]
    [InlineData("ec -in IN -aes128 " + Out, true)]
    [InlineData("ec -in IN -param_enc explicit", true)]
    public void Load_FormThatTheFrameworkReads_DoesNotLoadBouncyCastle(string command, bool loads)
    {
        var options = Options("ec", Make("ec", command));
        var context = new RecordingContext();
        var assembly = context.LoadFromAssemblyPath(typeof(DeviceIdentity).Assembly.Location);
        var (optionsType, secretType) = (assembly.GetType(typeof(DeviceIdentityOptions).FullName!)!, assembly.GetType(typeof(Secret).FullName!)!);
        var copy = Activator.CreateInstance(optionsType)!;
        optionsType.GetProperty(nameof(options.CertificatePath))!.SetValue(copy, options.CertificatePath);
        optionsType.GetProperty(nameof(options.PrivateKeyPath))!.SetValue(copy, options.PrivateKeyPath);
        optionsType.GetProperty(nameof(options.PrivateKeyPassword))!.SetValue(copy, Activator.CreateInstance(secretType, Password));
        var identity = assembly.GetType(typeof(DeviceIdentity).FullName!)!.GetMethod(nameof(DeviceIdentity.Load))!.Invoke(null, [copy])!;
        ((IDisposable)identity).Dispose();
        Assert.Equal(loads, context.Asked.Contains("BouncyCastle.Cryptography"));
    }

    public void Dispose() => _folder.Dispose();

    private byte[] Make(string key, string commands)
    {
        var content = Encoding.ASCII.GetBytes(Keys[key].ExportPkcs8PrivateKeyPem());
        foreach (var command in commands.Split(" | "))
        {
            content = OpenSsl.Run(command.Replace("IN", _folder.Write("in.pem", content), StringComparison.Ordinal));
        }

        return content;
    }

    private DeviceIdentityOptions Options(string certificate, byte[] key) => new()
    {
        CertificatePath = _folder.Write("device.pem", Certificates[certificate].ExportCertificatePem()),
        PrivateKeyPath = _folder.Write("device.key", key),
        PrivateKeyPassword = new Secret(Password),
    };

    private static void Fails(DeviceIdentityOptions options, string what, string remedy)
    {
        var exception = Assert.Throws<DeviceIdentityException>(() => DeviceIdentity.Load(options));
        Assert.DoesNotContain("canary", exception.ToString());
        var problem = Assert.Single(exception.Problems);
        Assert.Equal(options.PrivateKeyPath, problem.Subject);
        Assert.Contains(what, problem.What);
        Assert.Contains(remedy, problem.Remedy);
    }

    /// <summary>Remembers which assemblies were asked for.</summary>
    private sealed class RecordingContext() : AssemblyLoadContext("recording")
    {
        public List<string> Asked { get; } = [];

        protected override Assembly? Load(AssemblyName assemblyName)
        {
            Asked.Add(assemblyName.Name!);
            return null;
        }
    }
}
