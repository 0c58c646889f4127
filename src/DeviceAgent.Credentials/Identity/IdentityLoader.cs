using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using DeviceAgent.Credentials.Identity.Hardware;

namespace DeviceAgent.Credentials.Identity;

/// <summary>Reads certificate, key and chain, gathering every problem before it fails.</summary>
internal sealed class IdentityLoader(DeviceIdentityOptions options)
{
    private readonly List<DeviceIdentityProblem> _problems = [];
    private readonly List<X509Certificate2> _certificates = [];

    private HardwareReader Hardware => new(options.PrivateKeyPassword, options.AllowInsecureKeyPermissions, _problems);

    public static DeviceIdentity Load(DeviceIdentityOptions options) => new IdentityLoader(options).Load();

    public static AsymmetricAlgorithm LoadPrivateKey(DeviceIdentityOptions options)
    {
        var loader = new IdentityLoader(options);
        using var file = options.PrivateKeyPath is null && !Pkcs11Uri.IsOne(options.CertificatePath) ? IdentityFile.Read(options.CertificatePath, loader._problems) : null;
        var key = loader.ReadKey(file);
        if (key is not null && loader._problems.Count == 0) return key;
        key?.Dispose();
        throw new DeviceIdentityException(loader._problems);
    }

    private DeviceIdentity Load()
    {
        using var file = Pkcs11Uri.IsOne(options.CertificatePath) ? null : IdentityFile.Read(options.CertificatePath, _problems);
        var leaf = file is not null && CertificateReader.IsPfx(file) ? ReadPfx(file) : ReadParts(file);
        ReadChain();
        if (_problems.Count == 0 && leaf is not null) return new DeviceIdentity(leaf, [.. _certificates]);

        leaf?.Dispose();
        foreach (var certificate in _certificates) certificate.Dispose();
        throw new DeviceIdentityException(_problems);
    }

    private X509Certificate2? ReadPfx(IdentityFile file)
    {
        if (options.PrivateKeyPath is { } superfluous) _problems.Add(Problems.KeyBesidePfx(superfluous, file.Path));
        CheckPermissions(file);
        _certificates.AddRange(CertificateReader.ReadPfx(file, options.PrivateKeyPassword, _problems));
        return TakeFirst();
    }

    /// <summary>Certificate and key from PEM files, or either from hardware.</summary>
    private X509Certificate2? ReadParts(IdentityFile? file)
    {
        if (file is not null) _certificates.AddRange(CertificateReader.Read(file, _problems));
        else if (Pkcs11Uri.IsOne(options.CertificatePath) && Hardware.Certificate(options.CertificatePath) is { } stored) _certificates.Add(stored);
        using var publicOnly = TakeFirst();
        using var key = ReadKey(file);
        if (publicOnly is null || key is null) return null;

        try
        {
            return key switch
            {
                ECDsa ec when publicOnly.GetECDsaPublicKey() is not null => Usable(publicOnly.CopyWithPrivateKey(ec)),
                RSA rsa when publicOnly.GetRSAPublicKey() is not null => Usable(publicOnly.CopyWithPrivateKey(rsa)),
                _ => Mismatch(publicOnly),
            };
        }
        catch (ArgumentException)
        {
            return Mismatch(publicOnly);
        }
    }

    private AsymmetricAlgorithm? ReadKey(IdentityFile? certificateFile)
    {
        var path = options.PrivateKeyPath ?? options.CertificatePath;
        if (Pkcs11Uri.IsOne(path)) return Hardware.PrivateKey(path);
        if (options.PrivateKeyPath is null) return ReadKeyFrom(certificateFile);
        using var file = IdentityFile.Read(path, _problems);
        return ReadKeyFrom(file);
    }

    private AsymmetricAlgorithm? ReadKeyFrom(IdentityFile? file)
    {
        if (file is null) return null;
        if (options.PrivateKeyPath is null && !file.IsPem)
        {
            // A file that is no certificate at all has been reported already; its missing key would be noise.
            if (_problems.Count == 0) _problems.Add(Problems.NoKey(file.Path));
            return null;
        }

        var key = PrivateKeyReader.Read(file, options.PrivateKeyPassword, _problems);
        if (key is not null) CheckPermissions(file);
        return key;
    }

    private void ReadChain()
    {
        if (options.CertificateChainPath is not { } path) return;
        using var file = IdentityFile.Read(path, _problems);
        if (file is not null) _certificates.AddRange(CertificateReader.Read(file, _problems));
    }

    private void CheckPermissions(IdentityFile file)
    {
        if (file.OpenToOthers && !options.AllowInsecureKeyPermissions) _problems.Add(Problems.KeyOpenToOthers(file.Path));
    }

    private X509Certificate2? TakeFirst()
    {
        if (_certificates.Count == 0) return null;
        var first = _certificates[0];
        _certificates.RemoveAt(0);
        return first;
    }

    private X509Certificate2? Mismatch(X509Certificate2 certificate)
    {
        _problems.Add(Problems.KeyDoesNotMatch(
            DeviceIdentityOptions.Shown(options.PrivateKeyPath ?? options.CertificatePath),
            DeviceIdentityOptions.Shown(options.CertificatePath),
            certificate.Subject));
        return null;
    }

    /// <summary>TLS on Windows cannot use a key that only exists in memory; elsewhere nothing needs doing.</summary>
    private static X509Certificate2 Usable(X509Certificate2 certificate)
    {
        if (!OperatingSystem.IsWindows()) return certificate;
        using (certificate) return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
    }
}
