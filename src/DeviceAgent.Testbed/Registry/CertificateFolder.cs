using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using DeviceAgent.Testbed.Certificates;

namespace DeviceAgent.Testbed.Registry;

/// <summary>A folder (mode 0700) with the three files by which somebody proves who it is: certificate, key, and the CA it is to trust.</summary>
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
