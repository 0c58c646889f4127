using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using DeviceAgent.Credentials.Identity.Hardware;

namespace DeviceAgent.Credentials.Identity;

/// <summary>Reads certificate, key and chain, gathering every problem before it fails.</summary>
/// <param name="options">Where they are.</param>
/// <param name="bytes">Reads up to so many bytes of a path, in its own way; null: as <see cref="Text.InputFile"/> does.</param>
internal sealed class IdentityLoader(DeviceIdentityOptions options, Func<string, int, byte[]>? bytes = null)
{
    private const int ShortestRsa = 2048;
    private const int ShortestEc = 256;

    /// <summary>P-256, P-384, P-521.</summary>
    private static readonly string[] Curves = ["1.2.840.10045.3.1.7", "1.3.132.0.34", "1.3.132.0.35"];

    private readonly List<DeviceIdentityProblem> _problems = [];
    private readonly List<X509Certificate2> _certificates = [];

    private HardwareReader Hardware => new(options.PrivateKeyPassword, options.AllowInsecureKeyPermissions, _problems);

    public static DeviceIdentity Load(DeviceIdentityOptions options, Func<string, int, byte[]>? bytes = null) => new IdentityLoader(options, bytes).Load();

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
        using var file = Pkcs11Uri.IsOne(options.CertificatePath) ? null : IdentityFile.Read(options.CertificatePath, _problems, bytes);
        var leaf = file is not null && CertificateReader.IsPfx(file) ? ReadPfx(file) : ReadParts(file);
        CheckSize(leaf);
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

    /// <summary>Certificate and key from PEM files, or either from hardware. The device's certificate is the one that the key belongs to, wherever it stands.</summary>
    private X509Certificate2? ReadParts(IdentityFile? file)
    {
        if (file is not null) _certificates.AddRange(CertificateReader.Read(file, _problems));
        else if (Pkcs11Uri.IsOne(options.CertificatePath) && Hardware.Certificate(options.CertificatePath) is { } stored) _certificates.Add(stored);
        using var key = ReadKey(file);
        if (key is null || _certificates.Count == 0) return null;
        for (var i = 0; i < _certificates.Count; i++)
        {
            if (WithKey(_certificates[i], key) is not { } leaf) continue;
            _certificates[i].Dispose();
            _certificates.RemoveAt(i);
            return Usable(leaf);
        }

        return Mismatch(_certificates[0]);
    }

    /// <summary>Null when it is another one's key.</summary>
    private static X509Certificate2? WithKey(X509Certificate2 certificate, AsymmetricAlgorithm key)
    {
        try
        {
            return key switch
            {
                ECDsa ec when certificate.GetECDsaPublicKey() is not null => certificate.CopyWithPrivateKey(ec),
                RSA rsa when certificate.GetRSAPublicKey() is not null => certificate.CopyWithPrivateKey(rsa),
                _ => null,
            };
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException or PlatformNotSupportedException)
        {
            return null;
        }
    }

    private bool Fits(AsymmetricAlgorithm key)
    {
        foreach (var certificate in _certificates)
        {
            using var leaf = WithKey(certificate, key);
            if (leaf is not null) return true;
        }

        return false;
    }

    private AsymmetricAlgorithm? ReadKey(IdentityFile? certificateFile)
    {
        var path = options.PrivateKeyPath ?? options.CertificatePath;
        if (Pkcs11Uri.IsOne(path)) return Hardware.PrivateKey(path);
        if (options.PrivateKeyPath is null) return ReadKeyFrom(certificateFile);
        using var file = IdentityFile.Read(path, _problems, bytes);
        return ReadKeyFrom(file);
    }

    private AsymmetricAlgorithm? ReadKeyFrom(IdentityFile? file)
    {
        if (file is null) return null;
        if (options.PrivateKeyPath is null && file.Pem is null)
        {
            // A file that is no certificate at all has been reported already; its missing key would be noise.
            if (_problems.Count == 0) _problems.Add(Problems.NoKey(file.Path, []));
            return null;
        }

        var key = PrivateKeyReader.Read(file, options.PrivateKeyPassword, Fits, _problems);
        if (key is not null) CheckPermissions(file);
        return key;
    }

    private void ReadChain()
    {
        if (options.CertificateChainPath is not { } path) return;
        using var file = IdentityFile.Read(path, _problems, bytes);
        if (file is not null) _certificates.AddRange(CertificateReader.Read(file, _problems));
    }

    private void CheckPermissions(IdentityFile file)
    {
        if (file.OpenToOthers && !options.AllowInsecureKeyPermissions) _problems.Add(Problems.KeyOpenToOthers(file.Path));
    }

    /// <summary>TLS refuses a shorter one, and AWS one of another curve, without saying so.</summary>
    private void CheckSize(X509Certificate2? leaf)
    {
        // A curve that the platform does not know is told of elsewhere.
        using var key = leaf is null ? null : PublicKey(leaf).Key;
        var path = DeviceIdentityOptions.Shown(options.PrivateKeyPath ?? options.CertificatePath);
        if (key is RSA { KeySize: < ShortestRsa } or ECDsa { KeySize: < ShortestEc }) _problems.Add(Problems.KeyTooShort(path, key.KeySize));
        else if (key is ECDsa ec && OtherCurve(ec) is { } curve) _problems.Add(Problems.CurveNotTaken(path, curve));
    }

    /// <summary>The name of a curve that AWS does not take.</summary>
    private static string? OtherCurve(ECDsa key)
    {
        try
        {
            return key.ExportParameters(includePrivateParameters: false).Curve is { IsNamed: true, Oid: { Value: { } oid } name } && !Curves.Contains(oid) ? name.FriendlyName ?? oid : null;
        }
        catch (Exception e) when (e is CryptographicException or PlatformNotSupportedException)
        {
            return null;
        }
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
        var (key, fault) = PublicKey(certificate);
        key?.Dispose();
        if (fault is not null) _problems.Add(Problems.CertificateDamaged(DeviceIdentityOptions.Shown(options.CertificatePath), 1, fault));
        else _problems.Add(Problems.KeyDoesNotMatch(
            DeviceIdentityOptions.Shown(options.PrivateKeyPath ?? options.CertificatePath),
            DeviceIdentityOptions.Shown(options.CertificatePath),
            certificate.Subject));
        return null;
    }

    /// <summary>The public key, null for one of another kind; or why it is none that a private key can fit, e.g. a point beside its curve.</summary>
    private static (AsymmetricAlgorithm? Key, string? Fault) PublicKey(X509Certificate2 certificate)
    {
        try
        {
            return ((AsymmetricAlgorithm?)certificate.GetRSAPublicKey() ?? certificate.GetECDsaPublicKey(), null);
        }
        catch (Exception e) when (e is CryptographicException or PlatformNotSupportedException)
        {
            return (null, $"its public key cannot be used: {e.Message}");
        }
    }

    /// <summary>TLS on Windows cannot use a key that only exists in memory; elsewhere nothing needs doing.</summary>
    private static X509Certificate2 Usable(X509Certificate2 certificate)
    {
        if (!OperatingSystem.IsWindows()) return certificate;
        using (certificate) return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
    }
}
