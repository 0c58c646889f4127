using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace DeviceAgent.Upload.Wire;

/// <summary>
/// Judges DynamoDB's certificate as the framework does, but for the time: by the agent's clock, since the system's may be wrong. A chain that was
/// good by the system's clock is judged again, too.
/// </summary>
internal sealed class ServerCertificateCheck(TimeProvider time)
{
    public bool IsGood(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if ((errors & ~SslPolicyErrors.RemoteCertificateChainErrors) != SslPolicyErrors.None || certificate is null || chain is null) return false;
        using var again = new X509Chain { ChainPolicy = chain.ChainPolicy.Clone() };
        again.ChainPolicy.VerificationTime = time.GetUtcNow().UtcDateTime;
        again.ChainPolicy.VerificationTimeIgnored = false;
        again.ChainPolicy.ExtraStore.AddRange(chain.ChainElements.Skip(1).Select(e => e.Certificate).ToArray());
        using var leaf = X509CertificateLoader.LoadCertificate(certificate.Export(X509ContentType.Cert));
        return again.Build(leaf);
    }
}
