using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace DeviceAgent.Credentials.Tests.Fixtures;

/// <summary>Certificates made for the tests, valid around the start of the manual clock (2026-03-01).</summary>
internal static class Pki
{
    public static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public static readonly X509Certificate2 Root = Authority("CN=test root", null);

    public static readonly X509Certificate2 OtherRoot = Authority("CN=other root", null);

    public static readonly X509Certificate2 Intermediate = Authority("CN=test intermediate", Root);

    /// <summary>For <c>localhost</c>, under <see cref="Root"/>.</summary>
    public static readonly X509Certificate2 Server = ServerCertificate(Root, "localhost", Now.AddDays(-30), Now.AddYears(1));

    /// <summary>A device's certificate under <see cref="Root"/>.</summary>
    public static readonly X509Certificate2 Device = DeviceCertificate(Root, ECDsa.Create(ECCurve.NamedCurves.nistP256));

    public static X509Certificate2 ServerCertificate(X509Certificate2 issuer, string name, DateTimeOffset from, DateTimeOffset to)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=" + name, key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        if (IPAddress.TryParse(name, out var address)) names.AddIpAddress(address);
        else names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], false));
        using var issued = request.Create(issuer.SubjectName, Signer(issuer), from, to, Serial());
        return issued.CopyWithPrivateKey(key);
    }

    public static X509Certificate2 DeviceCertificate(
        X509Certificate2 issuer, AsymmetricAlgorithm key, DateTimeOffset? from = null, DateTimeOffset? to = null)
    {
        var request = key is RSA rsa
            ? new CertificateRequest("CN=boiler-07", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            : new CertificateRequest("CN=boiler-07", (ECDsa)key, HashAlgorithmName.SHA256);
        using var issued = request.Create(
            issuer.SubjectName, Signer(issuer), from ?? Now.AddDays(-30), to ?? Now.AddYears(1), Serial());
        return key is RSA r ? issued.CopyWithPrivateKey(r) : issued.CopyWithPrivateKey((ECDsa)key);
    }

    private static X509Certificate2 Authority(string name, X509Certificate2? issuer)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        if (issuer is null) return request.CreateSelfSigned(Now.AddYears(-10), Now.AddYears(100));
        using var issued = request.Create(issuer.SubjectName, Signer(issuer), Now.AddYears(-5), Now.AddYears(5), Serial());
        return issued.CopyWithPrivateKey(key);
    }

    private static X509SignatureGenerator Signer(X509Certificate2 issuer) =>
        X509SignatureGenerator.CreateForECDsa(issuer.GetECDsaPrivateKey()!);

    private static byte[] Serial() => RandomNumberGenerator.GetBytes(12);
}
