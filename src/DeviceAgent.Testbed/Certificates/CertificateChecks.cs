using System.Security.Cryptography.X509Certificates;

namespace DeviceAgent.Testbed.Certificates;

internal static class CertificateChecks
{
    /// <summary>Whether <paramref name="authority"/> (a root or an intermediate) itself signed the certificate. Dates are not looked at.</summary>
    public static bool IsIssuedBy(X509Certificate2 certificate, X509Certificate2 authority) =>
        ChainTo(certificate, [], authority).FirstOrDefault() == 1;

    /// <summary>Whether signatures lead from the certificate, over the intermediates when needed, to <paramref name="authority"/>. Dates are not looked at.</summary>
    public static bool LeadsTo(X509Certificate2 certificate, X509Certificate2Collection intermediates, X509Certificate2 authority) =>
        ChainTo(certificate, intermediates, authority).Any();

    /// <summary>How far up the chain the authority stands; nothing when it does not or when a signature is wrong.</summary>
    private static IEnumerable<int> ChainTo(X509Certificate2 certificate, X509Certificate2Collection intermediates, X509Certificate2 authority)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.VerificationFlags = X509VerificationFlags.AllowUnknownCertificateAuthority | X509VerificationFlags.IgnoreNotTimeValid;
        chain.ChainPolicy.CustomTrustStore.Add(authority);
        chain.ChainPolicy.ExtraStore.Add(authority);
        chain.ChainPolicy.ExtraStore.AddRange(intermediates);
        if (!chain.Build(certificate)) return [];
        return [.. chain.ChainElements.Index().Skip(1)
            .Where(element => element.Item.Certificate.RawDataMemory.Span.SequenceEqual(authority.RawDataMemory.Span))
            .Select(element => element.Index)];
    }

    /// <summary>Whether a date lies in the certificate's validity.</summary>
    public static bool IsValidAt(X509Certificate2 certificate, DateTimeOffset now) =>
        certificate.NotBefore.ToUniversalTime() <= now.UtcDateTime && now.UtcDateTime <= certificate.NotAfter.ToUniversalTime();

    /// <summary>Whether the certificate says of itself that it may sign others.</summary>
    public static bool IsAuthority(X509Certificate2 certificate) =>
        certificate.Extensions.OfType<X509BasicConstraintsExtension>().Any(e => e.CertificateAuthority);

    /// <summary>AWS IoT takes RSA keys of 2048 bits and more, and the NIST curves P-256, P-384 and P-521.</summary>
    public static bool HasAcceptableKey(PublicKey key)
    {
        using var rsa = key.GetRSAPublicKey();
        if (rsa is not null) return rsa.KeySize >= 2048;
        using var ec = key.GetECDsaPublicKey();
        return ec is not null && ec.KeySize is 256 or 384 or 521;
    }
}
