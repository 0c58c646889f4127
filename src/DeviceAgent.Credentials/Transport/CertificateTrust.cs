using System.Security.Cryptography.X509Certificates;
using DeviceAgent.Credentials.Identity;

namespace DeviceAgent.Credentials.Transport;

/// <summary>Which server certificates are believed: those that end in the roots given, by the clock given.</summary>
internal static class CertificateTrust
{
    /// <summary>Fetches nothing while it judges: no missing certificates, no revocation.</summary>
    /// <param name="roots">Only these are believed; null for the system's.</param>
    /// <param name="timeProvider">Says what time it is for the certificates' dates.</param>
    public static X509ChainPolicy PolicyFor(X509Certificate2Collection? roots, TimeProvider timeProvider)
    {
        var policy = new X509ChainPolicy
        {
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
            VerificationTime = timeProvider.GetUtcNow().LocalDateTime,
            VerificationTimeIgnored = false,
        };
        if (roots is null) return policy;
        policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        policy.CustomTrustStore.AddRange(roots);
        return policy;
    }

    /// <summary>The certificates of a PEM, DER or PKCS#7 file; null without a path, for the system's roots.</summary>
    /// <exception cref="DeviceIdentityException">The file cannot be read, or holds none; all problems are listed.</exception>
    public static X509Certificate2Collection? LoadRoots(string? path)
    {
        if (path is null) return null;
        var problems = new List<DeviceIdentityProblem>();
        using var file = IdentityFile.Read(path, problems);
        var roots = file is null ? [] : CertificateReader.Read(file, problems);
        if (problems.Count == 0) return [.. roots];
        foreach (var root in roots) root.Dispose();
        throw new DeviceIdentityException(problems);
    }
}
