using System.Diagnostics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using DeviceAgent.Credentials.Tests.Fixtures;
using DeviceAgent.Credentials.Transport;
using static DeviceAgent.Credentials.Tests.Fixtures.Signatures;

namespace DeviceAgent.Credentials.Tests.Identity;

/// <summary>Certificates and keys as they come out of consoles, mails, JSON, Windows and programs: read, or refused by what they are.</summary>
public sealed class PemFormTests : IDisposable
{
    private static readonly ECDsa Key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private static readonly X509Certificate2 Leaf = Pki.DeviceCertificate(Pki.Intermediate, Key);
    private static readonly string LeafPem = Leaf.ExportCertificatePem() + "\n";
    private static readonly string KeyPem = Key.ExportECPrivateKeyPem() + "\n";

    private readonly TestFolder _folder = new();

    /// <summary>From a PEM text to the bytes of a file.</summary>
    private static readonly Dictionary<string, Func<string, byte[]>> Spoil = new()
    {
        ["UTF-8 with a byte order mark"] = t => [0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(t)],
        ["UTF-16LE of Windows"] = t => [0xFF, 0xFE, .. Encoding.Unicode.GetBytes(t.ReplaceLineEndings("\r\n"))],
        ["UTF-16BE"] = t => [0xFE, 0xFF, .. Encoding.BigEndianUnicode.GetBytes(t)],
        ["\\n in the place of line ends"] = t => Encoding.UTF8.GetBytes(t.Replace("\n", "\\n")),
        ["\\n twice escaped, in quotation marks"] = t => Encoding.UTF8.GetBytes($"\"{t.Replace("\n", "\\\\n")}\""),
        ["\\r\\n in the place of line ends"] = t => Encoding.UTF8.GetBytes(t.Replace("\n", "\\r\\n")),
        ["the JSON answer of a command"] = t => JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string> { ["pem"] = t }),
        ["the source of a C program"] = t => Encoding.UTF8.GetBytes("#define PEM \\\n" + string.Join("\\\n", t.TrimEnd().Split('\n').Select(l => $"  \"{l}\\n\""))),
        ["all in one line"] = t => Encoding.UTF8.GetBytes(t.Replace("\n", " ")),
        ["CR LF"] = t => Encoding.UTF8.GetBytes(t.ReplaceLineEndings("\r\n")),
        ["CR"] = t => Encoding.UTF8.GetBytes(t.ReplaceLineEndings("\r")),
        ["indented by spaces and tabs"] = t => Encoding.UTF8.GetBytes("  \t" + t.Replace("\n", "\n  \t")),
        ["text around it, in latin1"] = t => [.. Encoding.Latin1.GetBytes("Zähler im Süden:\n"), .. Encoding.Latin1.GetBytes(t), .. Encoding.Latin1.GetBytes("für Gerät 7\n")],
        ["zero-width spaces of a web page"] = t => Encoding.UTF8.GetBytes(t.Replace("\n", "\u200B\n")),
        ["lines broken anew"] = t => Encoding.UTF8.GetBytes(t.Replace("\nM", "\nM\n").Replace("A", "A\n", StringComparison.Ordinal).Replace("CERTIFICA\nTE", "CERTIFICATE").Replace("PRIVA\nTE", "PRIVATE")),
    };

    public static TheoryData<string> Spoilt => [.. Spoil.Keys];

    [Theory]
    [MemberData(nameof(Spoilt))]
    public void Load_CertificateKeyAndChain_AreReadInEveryForm(string form)
    {
        using var identity = DeviceIdentity.Load(new()
        {
            CertificatePath = _folder.Write("device.pem", Spoil[form](LeafPem)),
            PrivateKeyPath = _folder.Write("device.key", Spoil[form](KeyPem)),
            CertificateChainPath = _folder.Write("chain.pem", Spoil[form](Pki.Intermediate.ExportCertificatePem() + "\n")),
        });
        Assert.Equal(Leaf.RawData, identity.Certificate.RawData);
        Assert.Equal(Pki.Intermediate.RawData, Assert.Single(identity.Chain).RawData);
        AssertSigns(identity.Certificate);
    }

    [Theory]
    [MemberData(nameof(Spoilt))]
    public void LoadRoots_IsReadInEveryForm(string form) =>
        Assert.Equal(Pki.Root.RawData, Assert.Single(CertificateTrust.LoadRoots(_folder.Write("ca.pem", Spoil[form](Pki.Root.ExportCertificatePem() + "\n")))!).RawData);

    /// <summary>Traditional encryption has headers, which the spoilt lines must not lose.</summary>
    [Theory]
    [InlineData("UTF-16LE of Windows")]
    [InlineData("\\n in the place of line ends")]
    [InlineData("the JSON answer of a command")]
    [InlineData("indented by spaces and tabs")]
    [InlineData("CR")]
    public void Load_TraditionallyEncryptedKey_IsReadInEveryForm(string form)
    {
        var key = Encoding.ASCII.GetString(OpenSsl.Run($"ec -in {_folder.Write("in.pem", KeyPem)} -aes128 -passout pass:secret"));
        using var identity = DeviceIdentity.Load(Options(LeafPem, Spoil[form](key)) with { PrivateKeyPassword = new Secret("secret") });
        AssertSigns(identity.Certificate);
    }

    [Theory]
    [InlineData("PEM", "PKCS7")]
    [InlineData("PEM", "CERTIFICATE")]
    [InlineData("PEM", "CMS")]
    [InlineData("DER", "")]
    public void Load_Pkcs7_ItsCertificatesAreReadAndTheDevicesIsFound(string outform, string label)
    {
        var bundle = _folder.Write("bundle.pem", Pki.Root.ExportCertificatePem() + "\n" + Pki.Intermediate.ExportCertificatePem() + "\n" + LeafPem);
        var p7b = OpenSsl.Run($"crl2pkcs7 -nocrl -certfile {bundle} -outform {outform}");
        if (label.Length > 0) p7b = Encoding.ASCII.GetBytes(Encoding.ASCII.GetString(p7b).Replace("PKCS7", label));
        using var identity = DeviceIdentity.Load(new() { CertificatePath = _folder.Write("device.p7b", p7b), PrivateKeyPath = _folder.Write("device.key", KeyPem) });
        Assert.Equal(Leaf.RawData, identity.Certificate.RawData);
        Assert.Equal(2, identity.Chain.Count);
        Assert.Equal(3, CertificateTrust.LoadRoots(_folder.PathOf("device.p7b"))!.Count);
    }

    [Fact]
    public void Load_X509AndTrustedLabels_AreRead()
    {
        var trusted = OpenSsl.Run($"x509 -in {_folder.Write("in.pem", LeafPem)} -trustout -addtrust clientAuth -setalias device");
        Assert.Contains("BEGIN TRUSTED CERTIFICATE", Encoding.ASCII.GetString(trusted), StringComparison.Ordinal);
        using var identity = DeviceIdentity.Load(Options(Encoding.ASCII.GetString(trusted), Encoding.ASCII.GetBytes(KeyPem)));
        Assert.Equal(Leaf.RawData, identity.Certificate.RawData);
        using var old = DeviceIdentity.Load(Options(LeafPem.Replace("CERTIFICATE", "X509 CERTIFICATE"), Encoding.ASCII.GetBytes(KeyPem)));
        Assert.Equal(Leaf.RawData, old.Certificate.RawData);
    }

    [Fact]
    public void Load_AuthorityBeforeTheDevicesCertificate_TheOneWithTheKeyIsTheDevices()
    {
        using var identity = DeviceIdentity.Load(Options(Pki.Intermediate.ExportCertificatePem() + "\n" + LeafPem + Pki.Root.ExportCertificatePem(), Encoding.ASCII.GetBytes(KeyPem)));
        Assert.Equal(Leaf.RawData, identity.Certificate.RawData);
        Assert.Equal(["CN=test intermediate", "CN=test root"], identity.Chain.Select(c => c.Subject));
    }

    [Fact]
    public void Load_TwoKeysInOneFile_TheOneOfTheCertificateIsTaken()
    {
        using var other = RSA.Create(2048);
        var both = other.ExportPkcs8PrivateKeyPem() + "\n" + KeyPem;
        using var identity = DeviceIdentity.Load(Options(LeafPem, Encoding.ASCII.GetBytes(both)));
        AssertSigns(identity.Certificate);
        using var twice = DeviceIdentity.Load(Options(LeafPem, Encoding.ASCII.GetBytes(KeyPem + KeyPem)));
        AssertSigns(twice.Certificate);
    }

    [Fact]
    public void Load_TwoKeysOfOthers_SaysWhichThereAre()
    {
        using var rsa = RSA.Create(2048);
        using var ec = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        Fails(
            Options(LeafPem, Encoding.ASCII.GetBytes(rsa.ExportRSAPrivateKeyPem() + "\n" + ec.ExportPkcs8PrivateKeyPem())),
            "the file holds 2 private keys, and none is known to belong to the certificate; it holds RSA PRIVATE KEY (line 1), PRIVATE KEY (line 28)",
            "openssl pkey -pubout");
    }

    /// <summary>Whoever renamed the label meant the content.</summary>
    [Theory]
    [InlineData("PRIVATE KEY")]
    [InlineData("RSA PRIVATE KEY")]
    [InlineData("EC PRIVATE KEY")]
    public void Load_KeyUnderAnotherLabel_IsRead(string label)
    {
        using var identity = DeviceIdentity.Load(Options(LeafPem, Encoding.ASCII.GetBytes(PemEncoding.WriteString(label, Key.ExportECPrivateKey()))));
        AssertSigns(identity.Certificate);
        using var pkcs8 = DeviceIdentity.Load(Options(LeafPem, Encoding.ASCII.GetBytes(PemEncoding.WriteString(label, Key.ExportPkcs8PrivateKey()))));
        AssertSigns(pkcs8.Certificate);
    }

    public static TheoryData<string, string, string> NoKeys => new()
    {
        { "", "neither a PEM nor a DER private key; it is empty", "-----BEGIN PRIVATE KEY-----" },
        { "PuTTY-User-Key-File-3: ecdsa-sha2-nistp256\nEncryption: none\n", "it is a key of PuTTY", "puttygen " },
        { "ssh-rsa AAAAB3NzaC1yc2E user@host", "it is a public key of OpenSSH", "without .pub" },
        { """{"kty":"EC","crv":"P-256"}""", "it is a JSON Web Key", "Convert it to PEM" },
        { "<!DOCTYPE html><html>Log in</html>", "it is a web page or XML", "Download it again" },
        { KeyPem.Replace("-----", "—"), "it is text with a line BEGIN that does not have exactly five hyphens", "word processor" },
        { KeyPem.Replace("-----BEGIN EC PRIVATE KEY-----", "").Replace("-----END EC PRIVATE KEY-----", "").Trim(), "it is base64 without the lines -----BEGIN EC PRIVATE KEY-----", "cat " },
        { KeyPem.Replace("-----BEGIN EC PRIVATE KEY-----\n", ""), "it is text with a line -----END ...----- and none -----BEGIN ...-----", "copy the file again" },
        { KeyPem.Replace("-----END EC PRIVATE KEY-----", ""), "-----BEGIN EC PRIVATE KEY----- in line 1 has no -----END EC PRIVATE KEY-----", "Copy or download it again" },
        { KeyPem.Replace("\nM", "\nM&"), "the block EC PRIVATE KEY in line 1 holds '&' (U+0026), which is not base64", "Copy or download it again" },
        { LeafPem, "the file holds no private key; it holds CERTIFICATE (line 1)", "Give the path of the key" },
        { "x\n-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----", "the file holds no private key; it holds PUBLIC KEY (line 2)", "Give the path of the key" },
    };

    [Theory]
    [MemberData(nameof(NoKeys))]
    public void Load_WhatIsNoKey_IsNamedWithTheCommandThatMendsIt(string content, string what, string remedy) =>
        Fails(Options(LeafPem, Encoding.UTF8.GetBytes(content)), what, remedy);

    [Fact]
    public void Load_Utf16WithoutByteOrderMark_NamesTheCommandThatConvertsIt() =>
        Fails(Options(LeafPem, Encoding.Unicode.GetBytes(KeyPem)), "byte 1 is zero: the text looks like utf-16le without a byte order mark", "iconv -f UTF-16LE -t UTF-8");

    [Fact]
    public void Load_Utf32_IsNamedWithTheCommandForIt() =>
        Fails(Options(LeafPem, [0xFF, 0xFE, 0, 0, .. Encoding.UTF32.GetBytes(KeyPem)]), "the text is UTF-32", "iconv -f UTF-32 -t UTF-8");

    [Fact]
    public void Load_CertificateInDerAsKey_IsNamed() => Fails(Options(LeafPem, Leaf.RawData), "it is a certificate in DER form", "swapped");

    [Fact]
    public void Load_CertificateRequestAsCertificate_IsNamed()
    {
        var request = new CertificateRequest("CN=x", Key, HashAlgorithmName.SHA256).CreateSigningRequestPem();
        var problem = Assert.Single(Assert.Throws<DeviceIdentityException>(() => DeviceIdentity.Load(Options(request, Encoding.ASCII.GetBytes(KeyPem)))).Problems);
        Assert.Equal("the PEM file holds no certificate; it holds CERTIFICATE REQUEST (line 1)", problem.What);
        Assert.Contains("goes to the authority", problem.Remedy);
    }

    /// <summary>The framework reads dates when they are asked for.</summary>
    [Fact]
    public void Load_CertificateWithADamagedDate_IsDamagedAndNotAnUnhandledException()
    {
        var der = Leaf.RawData.ToArray();
        // UTCTime of 13 characters: the start of the validity.
        der[der.AsSpan().IndexOf<byte>([0x17, 0x0D]) + 4] = (byte)'R';
        var options = new DeviceIdentityOptions { CertificatePath = _folder.Write("device.der", der), PrivateKeyPath = _folder.Write("device.key", KeyPem) };
        Assert.Contains("certificate 1 in the file is damaged", Assert.Single(Assert.Throws<DeviceIdentityException>(() => DeviceIdentity.Load(options)).Problems).What);
    }

    [Fact]
    public void LoadRoots_WithoutCertificate_NamesWhatIsThere()
    {
        var problem = Assert.Single(Assert.Throws<DeviceIdentityException>(() => CertificateTrust.LoadRoots(_folder.Write("ca.pem", KeyPem))).Problems);
        Assert.Equal("the PEM file holds no certificate; it holds EC PRIVATE KEY (line 1)", problem.What);
    }

    /// <summary>An open of a named pipe waits for whoever writes into it.</summary>
    [Fact]
    public async Task Load_NamedPipeOrDeviceAsKey_DoesNotHang()
    {
        using var mkfifo = Process.Start("mkfifo", _folder.PathOf("pipe.key"))!;
        await mkfifo.WaitForExitAsync();
        foreach (var (path, what) in new[] { (_folder.PathOf("pipe.key"), "it is a named pipe, not a file"), ("/dev/zero", "it is a device, not a file"), ("/tmp", "it is a folder, not a file") })
        {
            var options = new DeviceIdentityOptions { CertificatePath = _folder.Write("device.pem", LeafPem), PrivateKeyPath = path };
            var problem = Assert.Single((await Assert.ThrowsAsync<DeviceIdentityException>(() => Task.Run(() => DeviceIdentity.Load(options)).WaitAsync(TimeSpan.FromSeconds(30)))).Problems);
            Assert.Equal(what, problem.What);
        }
    }

    /// <summary>Two thousand million rounds would take hours.</summary>
    [Theory]
    [InlineData("pkcs8 -topk8 -in IN -v2 aes-256-cbc -iter 2000001", "takes 2000001 rounds; more than 2000000 is refused")]
    [InlineData("pkcs8 -topk8 -in IN -scrypt -scrypt_N 1024 -scrypt_r 8 -scrypt_p 1024", "takes scrypt with N=1024, r=8, p=1024; more than N x r x p = 1048576 in 64 MiB is refused")]
    public async Task Load_DerivationThatTakesTooLong_IsRefusedBeforeItBegins(string command, string what)
    {
        var input = _folder.Write("in.pem", KeyPem);
        var options = Options(LeafPem, OpenSsl.Run($"{command.Replace("IN", input, StringComparison.Ordinal)} -passout pass:secret")) with { PrivateKeyPassword = new Secret("other") };
        var problem = Assert.Single((await Assert.ThrowsAsync<DeviceIdentityException>(() => Task.Run(() => DeviceIdentity.Load(options)).WaitAsync(TimeSpan.FromSeconds(30)))).Problems);
        Assert.Contains(what, problem.What);
        Assert.Contains("openssl pkcs8 -topk8", problem.Remedy);
    }

    public void Dispose() => _folder.Dispose();

    private DeviceIdentityOptions Options(string certificate, byte[] key) => new()
    {
        CertificatePath = _folder.Write("device.pem", certificate),
        PrivateKeyPath = _folder.Write("device.key", key),
    };

    private static void Fails(DeviceIdentityOptions options, string what, string remedy)
    {
        var problem = Assert.Single(Assert.Throws<DeviceIdentityException>(() => DeviceIdentity.Load(options)).Problems);
        Assert.Contains(what, problem.What);
        Assert.Contains(remedy, problem.Remedy);
    }
}
