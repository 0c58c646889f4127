using System.Security.Cryptography.X509Certificates;

namespace DeviceAgent.Testbed.Certificates;

internal static class CertificateChecks
{
    private static readonly HashSet<string> NistCurves = ["1.2.840.10045.3.1.7", "1.3.132.0.34", "1.3.132.0.35"];

    /// <summary>Whether <paramref name="authority"/> (a root or an intermediate) itself signed the certificate. Dates are not looked at.</summary>
    public static bool IsIssuedBy(X509Certificate2 certificate, X509Certificate2 authority) => LeadsTo(certificate, [], authority);

    /// <summary>Whether signatures lead from the certificate, over the intermediates when needed, to <paramref name="authority"/>. Dates are not looked at.</summary>
    public static bool LeadsTo(X509Certificate2 certificate, X509Certificate2Collection intermediates, X509Certificate2 authority)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.VerificationFlags = X509VerificationFlags.AllowUnknownCertificateAuthority | X509VerificationFlags.IgnoreNotTimeValid;
        chain.ChainPolicy.CustomTrustStore.Add(authority);
        chain.ChainPolicy.ExtraStore.Add(authority);
        chain.ChainPolicy.ExtraStore.AddRange(intermediates);
        return chain.Build(certificate)
            && chain.ChainElements.Skip(1).Any(element => element.Certificate.RawDataMemory.Span.SequenceEqual(authority.RawDataMemory.Span));
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
        if (ec is null) return false;
        var curve = ec.ExportParameters(includePrivateParameters: false).Curve;
        return curve.IsNamed && NistCurves.Contains(curve.Oid.Value ?? "");
    }
}
