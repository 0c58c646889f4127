using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace DeviceAgent.Credentials.Identity;

/// <summary>Reads certificates from PEM, DER and PFX (PKCS#12) files.</summary>
internal static class CertificateReader
{
    /// <summary>HRESULT of ERROR_INVALID_PASSWORD, which the framework gives on every platform.</summary>
    private const int InvalidPassword = unchecked((int)0x80070056);

    public static bool IsPfx(IdentityFile file) => ContentType(file) == X509ContentType.Pkcs12;

    /// <summary>All certificates of a PEM file in order, or that of a DER file; empty after adding the reason to <paramref name="problems"/>.</summary>
    public static List<X509Certificate2> Read(IdentityFile file, List<DeviceIdentityProblem> problems)
    {
        var certificates = new List<X509Certificate2>();
        var before = problems.Count;
        if (ContentType(file) == X509ContentType.Cert) Add(() => X509CertificateLoader.LoadCertificate(file.Bytes));
        foreach (var (label, block) in PemText.Blocks(file.Text))
        {
            if (label == PemText.Certificate) Add(() => X509Certificate2.CreateFromPem(file.Text[block]));
        }

        if (certificates.Count == 0 && problems.Count == before)
            problems.Add(file.IsPem ? Problems.NoCertificate(file.Path) : Problems.CertificateNotRecognised(file.Path));
        return certificates;

        void Add(Func<X509Certificate2> read)
        {
            try
            {
                certificates.Add(read());
            }
            catch (CryptographicException e)
            {
                problems.Add(Problems.CertificateDamaged(file.Path, certificates.Count + 1, e.Message));
            }
        }
    }

    /// <summary>The certificates of a PFX file, that with the key first; empty after adding the reason to <paramref name="problems"/>.</summary>
    public static List<X509Certificate2> ReadPfx(IdentityFile file, Secret? password, List<DeviceIdentityProblem> problems)
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
