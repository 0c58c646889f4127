using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace DeviceAgent.Testbed.Certificates;

/// <summary>A certificate and its private key in a folder: <c>name.pem</c> and <c>name.key</c>.</summary>
internal sealed class KeyPairFile(string directory, string name)
{
    private readonly string _certificate = Path.Combine(directory, name + ".pem");
    private readonly string _key = Path.Combine(directory, name + ".key");

    /// <summary>Null when there is none yet.</summary>
    /// <exception cref="InvalidDataException">What is there cannot be used.</exception>
    public X509Certificate2? Load()
    {
        if (!File.Exists(_certificate)) return null;
        try
        {
            return X509Certificate2.CreateFromPemFile(_certificate, _key);
        }
        catch (Exception e) when (e is CryptographicException or IOException or ArgumentException)
        {
            throw new InvalidDataException($"{_certificate} and {_key} do not load as a certificate with its key ({e.Message}). Remove the folder {directory} to have new ones made.", e);
        }
    }

    /// <summary>The key goes first: a certificate without its key would look like a whole pair.</summary>
    public X509Certificate2 Save(X509Certificate2 pair)
    {
        using AsymmetricAlgorithm? key = pair.GetECDsaPrivateKey();
        PrivateFiles.Write(_key, (key ?? throw new ArgumentException("An EC certificate with its private key is needed.", nameof(pair))).ExportPkcs8PrivateKeyPem() + "\n");
        PrivateFiles.Write(_certificate, pair.ExportCertificatePem() + "\n");
        return pair;
    }
}
