using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace DeviceAgent.Testbed.Tests.Registry;

/// <summary>A CA that an operator brings along.</summary>
internal sealed class TestCa : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public TestCa(string name = "farm-ca", TestCa? issuer = null)
    {
        var request = Request(name, _key);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        Certificate = issuer is null ? request.CreateSelfSigned(Start, Start.AddYears(10)) : issuer.Sign(request, Start, Start.AddYears(5));
    }

    public static DateTimeOffset Start { get; } = TimeProvider.System.GetUtcNow().AddDays(-30);

    public X509Certificate2 Certificate { get; }

    public string Pem => Certificate.ExportCertificatePem();

    /// <summary>A certificate with its key.</summary>
    public X509Certificate2 Issue(string name, DateTimeOffset? notBefore = null, DateTimeOffset? notAfter = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var bare = Sign(Request(name, key), notBefore ?? Start, notAfter ?? Start.AddYears(2));
        return bare.CopyWithPrivateKey(key);
    }

    public string IssuePem(string name, DateTimeOffset? notAfter = null)
    {
        using var certificate = Issue(name, notAfter: notAfter);
        return certificate.ExportCertificatePem();
    }

    public X509Certificate2 Sign(CertificateRequest request, DateTimeOffset notBefore, DateTimeOffset notAfter) =>
        request.Create(Certificate.SubjectName, X509SignatureGenerator.CreateForECDsa(_key), notBefore, notAfter, RandomNumberGenerator.GetBytes(8));

    public void Dispose()
    {
        Certificate.Dispose();
        _key.Dispose();
    }

    private static CertificateRequest Request(string name, ECDsa key) => new($"CN={name}", key, HashAlgorithmName.SHA256);
}
