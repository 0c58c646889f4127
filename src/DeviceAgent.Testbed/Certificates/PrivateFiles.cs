using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace DeviceAgent.Testbed.Certificates;

/// <summary>Files that only their owner may read, written whole or not at all.</summary>
internal static class PrivateFiles
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Makes the directory (mode 0700); one that is there already keeps its contents and loses other people's access.</summary>
    public static void MakeDirectory(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
            return;
        }

        Directory.CreateDirectory(path, OwnerOnly | UnixFileMode.UserExecute);
        File.SetUnixFileMode(path, OwnerOnly | UnixFileMode.UserExecute);
    }

    public static void Write(string path, string text)
    {
        var temporary = path + ".new";
        File.Delete(temporary);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = OwnerOnly;
        using (var stream = new FileStream(temporary, options))
        {
            using var writer = new StreamWriter(stream, leaveOpen: true);
            writer.Write(text);
            writer.Flush();
            stream.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
    }
}

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

    /// <summary>The key is written first: a certificate without its key would look like a complete pair.</summary>
    public X509Certificate2 Save(X509Certificate2 pair)
    {
        using AsymmetricAlgorithm? key = pair.GetECDsaPrivateKey();
        PrivateFiles.Write(_key, (key ?? throw new ArgumentException("An EC certificate with its private key is needed.", nameof(pair))).ExportPkcs8PrivateKeyPem() + "\n");
        PrivateFiles.Write(_certificate, pair.ExportCertificatePem() + "\n");
        return pair;
    }
}
