using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using DeviceAgent.Credentials;

namespace DeviceAgent.Certificate;

/// <summary>Keys for certificates that are asked for, and the requests.</summary>
internal static class NewKey
{
    /// <summary>What AWS IoT takes at least.</summary>
    private const int ShortestRsa = 2048;

    private const int PasswordRounds = 100_000;

    /// <summary>A key of the kind that the certificate has.</summary>
    public static AsymmetricAlgorithm Like(X509Certificate2 certificate)
    {
        using var rsa = certificate.GetRSAPublicKey();
        if (rsa is not null) return RSA.Create(Math.Max(rsa.KeySize, ShortestRsa));
        using var ec = certificate.GetECDsaPublicKey();
        return ec is null ? Default() : ECDsa.Create(ec.ExportParameters(includePrivateParameters: false).Curve);
    }

    /// <summary>EC P-256: small, fast, and understood everywhere.</summary>
    public static AsymmetricAlgorithm Default() => ECDsa.Create(ECCurve.NamedCurves.nistP256);

    /// <summary>A certificate signing request (PKCS#10, PEM) with the thing's name as common name.</summary>
    public static string RequestFor(AsymmetricAlgorithm key, string thingName)
    {
        var subject = new X500DistinguishedName($"CN={thingName}");
        var request = key is RSA rsa
            ? new CertificateRequest(subject, rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            : new CertificateRequest(subject, (ECDsa)key, HashAlgorithmName.SHA256);
        return request.CreateSigningRequestPem();
    }

    /// <summary>PKCS#8 as PEM, encrypted when there is a password.</summary>
    public static string Pem(AsymmetricAlgorithm key, Secret? password) => password is null
        ? key.ExportPkcs8PrivateKeyPem()
        : key.ExportEncryptedPkcs8PrivateKeyPem(password.Reveal(), new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, PasswordRounds));
}
