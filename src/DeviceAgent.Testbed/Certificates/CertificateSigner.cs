using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace DeviceAgent.Testbed.Certificates;

/// <summary>Signs certificates with one CA's EC key; knows which extensions each sort of certificate carries.</summary>
internal sealed class CertificateSigner(X509Certificate2 issuer, ECDsa issuerKey)
{
    private static readonly Oid ServerAuthentication = new("1.3.6.1.5.5.7.3.1");
    private static readonly Oid ClientAuthentication = new("1.3.6.1.5.5.7.3.2");

    public static X509Certificate2 SelfSigned(X500DistinguishedName subject, ECDsa key, DateTimeOffset notBefore, DateTimeOffset notAfter)
    {
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign | X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        return request.CreateSelfSigned(notBefore, notAfter);
    }

    public X509Certificate2 Server(CertificateRequest request, DateTimeOffset notBefore, DateTimeOffset notAfter)
    {
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        names.AddIpAddress(IPAddress.IPv6Loopback);
        request.CertificateExtensions.Add(names.Build());
        return Sign(request, ServerAuthentication, notBefore, notAfter);
    }

    public X509Certificate2 Device(CertificateRequest request, DateTimeOffset notBefore, DateTimeOffset notAfter) =>
        Sign(request, ClientAuthentication, notBefore, notAfter);

    private X509Certificate2 Sign(CertificateRequest request, Oid usage, DateTimeOffset notBefore, DateTimeOffset notAfter)
    {
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([usage], critical: false));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(issuer, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        return request.Create(issuer.SubjectName, X509SignatureGenerator.CreateForECDsa(issuerKey), notBefore, notAfter, SerialNumber());
    }

    /// <summary>127 random bits: positive in DER, and never zero in its first byte.</summary>
    private static byte[] SerialNumber()
    {
        var serial = RandomNumberGenerator.GetBytes(16);
        serial[0] = (byte)((serial[0] & 0x7f) | 0x40);
        return serial;
    }
}

/// <summary>A new device certificate with its keys, all as PEM. The private key is nowhere else.</summary>
internal sealed record DeviceCertificate(string CertificatePem, string PublicKeyPem, string PrivateKeyPem)
{
    public override string ToString() => "DeviceCertificate(***)";
}

/// <summary>The two sorts of device keys that the testbed makes.</summary>
internal enum DeviceKeyKind
{
    EcP256,
    Rsa2048,
}

internal static class CertificateIds
{
    /// <summary>The name that AWS IoT gives a certificate: the SHA-256 of its DER, in lower-case hex.</summary>
    public static string Of(X509Certificate2 certificate) => Convert.ToHexStringLower(SHA256.HashData(certificate.RawData));
}
