using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using DeviceAgent.Credentials.Tests.Fixtures;
using Org.BouncyCastle.Asn1;
using Org.BouncyCastle.Asn1.X509;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Operators;
using Org.BouncyCastle.Math;
using Org.BouncyCastle.Pkix;
using Org.BouncyCastle.Security;
using Org.BouncyCastle.Security.Certificates;
using Org.BouncyCastle.X509;
using static DeviceAgent.Credentials.CredentialFailureKind;
using BouncyCertificate = Org.BouncyCastle.X509.X509Certificate;

namespace DeviceAgent.Credentials.Tests.Provider;

/// <summary>Chains that no honest authority issues, made by BouncyCastle, whose own validator must agree that they are bad.</summary>
public sealed class BadChainTests
{
    private static readonly AsymmetricKeyParameter RootKey = KeyOf(Pki.Root.GetECDsaPrivateKey()!);
    private static readonly ECDsa IntermediateKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private static readonly ECDsa ServerKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    [Fact]
    public async Task Fetch_GoodChain_Succeeds()
    {
        var chain = Chain();
        Assert.True(IsValid(chain));
        await using var server = Serving(chain);
        using var test = new ProviderTest(server.Endpoint);
        await test.SucceedAsync();
    }

    public static TheoryData<string> Faults => ["no authority", "may not sign certificates", "too long", "forged", "unknown critical extension", "name not permitted"];

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task Fetch_BadChain_IsServerCertificateUntrusted(string fault)
    {
        var chain = Chain(fault);
        Assert.False(IsValid(chain));
        await using var server = Serving(chain);
        using var test = new ProviderTest(server.Endpoint);
        var failure = await test.FailAsync();
        Assert.Equal(ServerCertificateUntrusted, failure.Kind);
        Assert.False(failure.IsTransient);
        Assert.Empty(server.Requests);
    }

    /// <summary>What a certificate is for is no matter of the path: only the framework judges it.</summary>
    [Fact]
    public async Task Fetch_CertificateOfAClient_IsServerCertificateUntrusted()
    {
        await using var server = Serving(Chain("for clients"));
        using var test = new ProviderTest(server.Endpoint);
        Assert.Equal(ServerCertificateUntrusted, (await test.FailAsync()).Kind);
        Assert.Empty(server.Requests);
    }

    /// <summary>The server's certificate, and what lies between it and the test's root.</summary>
    private static BouncyCertificate[] Chain(string? fault = null)
    {
        var key = KeyOf(IntermediateKey);
        var issuerKey = fault == "forged" ? KeyOf(ECDsa.Create(ECCurve.NamedCurves.nistP256)) : RootKey;
        var intermediate = Issue("CN=middle", IntermediateKey, "CN=test root", issuerKey, g =>
        {
            if (fault != "no authority") g.AddExtension(X509Extensions.BasicConstraints, true, fault == "too long" ? new BasicConstraints(0) : new BasicConstraints(true));
            g.AddExtension(X509Extensions.KeyUsage, true, new KeyUsage(fault == "may not sign certificates" ? KeyUsage.DigitalSignature : KeyUsage.KeyCertSign));
            if (fault == "unknown critical extension") g.AddExtension(new DerObjectIdentifier("1.3.6.1.4.1.99999.1"), true, DerNull.Instance.GetEncoded());
            if (fault == "name not permitted")
                g.AddExtension(X509Extensions.NameConstraints, true, new NameConstraints(new GeneralSubtrees(new GeneralSubtree(new GeneralName(GeneralName.DnsName, "example.org"))), null));
        });
        if (fault != "too long") return [Server("CN=middle", key, fault), intermediate];

        using var lower = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var second = Issue("CN=lower", lower, "CN=middle", key, g => g.AddExtension(X509Extensions.BasicConstraints, true, new BasicConstraints(true)));
        return [Server("CN=lower", KeyOf(lower), fault), second, intermediate];
    }

    private static BouncyCertificate Server(string issuer, AsymmetricKeyParameter issuerKey, string? fault) => Issue("CN=localhost", ServerKey, issuer, issuerKey, g =>
    {
        g.AddExtension(X509Extensions.SubjectAlternativeName, false, new GeneralNames(new GeneralName(GeneralName.DnsName, "localhost")));
        g.AddExtension(X509Extensions.ExtendedKeyUsage, false, new ExtendedKeyUsage(fault == "for clients" ? KeyPurposeID.id_kp_clientAuth : KeyPurposeID.id_kp_serverAuth));
    });

    private static BouncyCertificate Issue(string subject, ECDsa key, string issuer, AsymmetricKeyParameter issuerKey, Action<X509V3CertificateGenerator> extend)
    {
        var generator = new X509V3CertificateGenerator();
        generator.SetSerialNumber(new BigInteger(96, new SecureRandom()));
        generator.SetSubjectDN(new X509Name(subject));
        generator.SetIssuerDN(new X509Name(issuer));
        generator.SetNotBefore(Pki.Now.AddDays(-1).UtcDateTime);
        generator.SetNotAfter(Pki.Now.AddDays(1).UtcDateTime);
        generator.SetPublicKey(PublicKeyFactory.CreateKey(key.ExportSubjectPublicKeyInfo()));
        extend(generator);
        return generator.Generate(new Asn1SignatureFactory("SHA256WITHECDSA", issuerKey));
    }

    /// <summary>BouncyCastle's opinion.</summary>
    private static bool IsValid(BouncyCertificate[] chain)
    {
        var parameters = new PkixParameters(new HashSet<TrustAnchor> { new(new BouncyCertificate(Pki.Root.RawData), null) })
        {
            IsRevocationEnabled = false,
            Date = Pki.Now.UtcDateTime,
        };
        try
        {
            new PkixCertPathValidator().Validate(new PkixCertPath(chain), parameters);
            return true;
        }
        catch (Exception e) when (e is PkixCertPathValidatorException or CertificateException)
        {
            return false;
        }
    }

    private static TlsServer Serving(BouncyCertificate[] chain)
    {
        using var certificate = X509CertificateLoader.LoadCertificate(chain[0].GetEncoded());
        return new TlsServer
        {
            Certificate = certificate.CopyWithPrivateKey(ServerKey),
            Chain = [.. chain.Skip(1).Select(c => X509CertificateLoader.LoadCertificate(c.GetEncoded()))],
        };
    }

    private static AsymmetricKeyParameter KeyOf(ECDsa key) => PrivateKeyFactory.CreateKey(key.ExportPkcs8PrivateKey());
}
