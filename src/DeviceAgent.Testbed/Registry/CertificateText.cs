using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using DeviceAgent.Testbed.Certificates;

namespace DeviceAgent.Testbed.Registry;

/// <summary>Reads certificates as callers send them.</summary>
internal static class CertificateText
{
    private const int MaximumLength = 65536;

    /// <summary>SHA-256, SHA-384 and SHA-512 with RSA or ECDSA, and RSASSA-PSS.</summary>
    private static readonly HashSet<string> SignatureAlgorithms =
    [
        "1.2.840.113549.1.1.10", "1.2.840.113549.1.1.11", "1.2.840.113549.1.1.12", "1.2.840.113549.1.1.13",
        "1.2.840.10045.4.3.2", "1.2.840.10045.4.3.3", "1.2.840.10045.4.3.4",
    ];

    /// <summary>A certificate that may be registered on this day.</summary>
    public static X509Certificate2 Accept(string parameter, string pem, DateTimeOffset now)
    {
        var certificate = Parse(parameter, pem);
        try
        {
            if (!SignatureAlgorithms.Contains(certificate.SignatureAlgorithm.Value ?? ""))
                throw RegistryException.CertificateValidation($"{parameter} is signed with {certificate.SignatureAlgorithm.FriendlyName}; SHA-256, SHA-384 or SHA-512 with RSA or ECDSA is needed.");
            if (!CertificateChecks.HasAcceptableKey(certificate.PublicKey))
                throw RegistryException.CertificateValidation($"{parameter} must have an RSA key of at least 2048 bits or an EC key on P-256, P-384 or P-521.");
            if (!CertificateChecks.IsValidAt(certificate, now))
                throw RegistryException.CertificateValidation($"{parameter} is not valid now: it runs from {certificate.NotBefore.ToUniversalTime():u} to {certificate.NotAfter.ToUniversalTime():u}.");
            return certificate;
        }
        catch (RegistryException)
        {
            certificate.Dispose();
            throw;
        }
    }

    private static X509Certificate2 Parse(string parameter, string pem)
    {
        if (pem.Length is 0 or > MaximumLength)
            throw RegistryException.InvalidRequest($"{parameter} must have length between 1 and {MaximumLength}");
        try
        {
            return X509Certificate2.CreateFromPem(pem);
        }
        catch (CryptographicException e)
        {
            throw RegistryException.CertificateValidation($"{parameter} is not a certificate in PEM form: {e.Message}");
        }
    }
}

/// <summary>A folder (mode 0700) with a client's three files: certificate, key, and the CA to trust.</summary>
internal sealed class CertificateFolder(RegistryService registry, CertificateAuthority authority)
{
    public const string CertificateFile = "certificate.pem";
    public const string PrivateKeyFile = "private.key";
    public const string CaFile = "ca.pem";

    /// <summary>The id of the certificate in the folder. One that the registry does not know is replaced by a new one, which is made ready before it is written.</summary>
    public string Ensure(string directory, string commonName, Action<string> makeReady)
    {
        PrivateFiles.MakeDirectory(directory);
        PrivateFiles.Write(Path.Combine(directory, CaFile), authority.CertificatePem);
        if (KnownCertificate(directory) is { } known) return known;

        var (record, made) = registry.Certificates.CreateWithKeys(commonName, DeviceKeyKind.EcP256, active: true);
        makeReady(record.Id);
        PrivateFiles.Write(Path.Combine(directory, PrivateKeyFile), made.PrivateKeyPem);
        PrivateFiles.Write(Path.Combine(directory, CertificateFile), made.CertificatePem);
        return record.Id;
    }

    private string? KnownCertificate(string directory)
    {
        var path = Path.Combine(directory, CertificateFile);
        if (!File.Exists(path) || !File.Exists(Path.Combine(directory, PrivateKeyFile))) return null;
        try
        {
            using var certificate = X509Certificate2.CreateFromPem(File.ReadAllText(path));
            return registry.FindCertificate(CertificateIds.Of(certificate))?.Id;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
