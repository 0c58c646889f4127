using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace DeviceAgent.Credentials.Identity;

/// <summary>Reads certificate, key and intermediates of a PFX (PKCS#12) file.</summary>
internal static class PfxReader
{
    /// <summary>HRESULT of ERROR_INVALID_PASSWORD, which the framework gives on every platform.</summary>
    private const int InvalidPassword = unchecked((int)0x80070056);

    public static bool IsPfx(IdentityFile file) => ContentType(file) == X509ContentType.Pkcs12;

    public static bool IsDerCertificate(IdentityFile file) => ContentType(file) == X509ContentType.Cert;

    /// <summary>The certificates, that with the key first; empty after adding the reason to <paramref name="problems"/>.</summary>
    public static List<X509Certificate2> Certificates(IdentityFile file, Secret? password, List<DeviceIdentityProblem> problems)
    {
        try
        {
            var all = X509CertificateLoader.LoadPkcs12Collection(file.Bytes, password?.Reveal());
            if (all.Any(c => c.HasPrivateKey)) return [.. all.OrderByDescending(c => c.HasPrivateKey)];
            foreach (var certificate in all) certificate.Dispose();
            problems.Add(Problems.NoKey(file.Path));
        }
        catch (CryptographicException e) when (e.HResult == InvalidPassword)
        {
            problems.Add(password is null ? Problems.PasswordMissing(file.Path) : Problems.PasswordWrong(file.Path));
        }
        catch (CryptographicException e)
        {
            problems.Add(Problems.PfxDamaged(file.Path, e.Message));
        }

        return [];
    }

    private static X509ContentType ContentType(IdentityFile file)
    {
        if (file.IsPem || file.Bytes.Length == 0) return X509ContentType.Unknown;
        try
        {
            return X509Certificate2.GetCertContentType(file.Bytes);
        }
        catch (CryptographicException)
        {
            return X509ContentType.Unknown;
        }
    }
}
