using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace DeviceAgent.Testbed.Certificates;

internal static class CertificateIds
{
    /// <summary>The name that AWS IoT gives a certificate: the SHA-256 of its DER, in lower-case hex.</summary>
    public static string Of(X509Certificate2 certificate) => Convert.ToHexStringLower(SHA256.HashData(certificate.RawData));
}
