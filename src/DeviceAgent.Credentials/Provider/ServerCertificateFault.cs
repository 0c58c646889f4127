using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace DeviceAgent.Credentials.Provider;

/// <summary>What is wrong with the certificate that the endpoint presented.</summary>
internal sealed record ServerCertificateFault
{
    public required CredentialFailureKind Kind { get; init; }

    public string Detail { get; init; } = "";

    public string Subject { get; init; } = "";

    public string Issuer { get; init; } = "";

    /// <summary>The names that the certificate was issued for.</summary>
    public string Names { get; init; } = "";

    public DateTimeOffset NotBefore { get; init; }

    public DateTimeOffset NotAfter { get; init; }

    /// <summary>Sorts what the TLS library found; dates come last, because they only mean something in a trusted chain.</summary>
    public static ServerCertificateFault From(
        X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors, DateTimeOffset now)
    {
        if (certificate is null)
            return new() { Kind = CredentialFailureKind.ServerCertificateUntrusted, Detail = "it presented none" };

        var others = chain?.ChainStatus.Where(s => s.Status is not (X509ChainStatusFlags.NotTimeValid or X509ChainStatusFlags.NoError)).ToArray() ?? [];
        var outOfDate = chain?.ChainElements
            .FirstOrDefault(e => e.ChainElementStatus.Any(s => s.Status == X509ChainStatusFlags.NotTimeValid))?.Certificate ?? certificate;
        var kind = others.Length > 0 ? CredentialFailureKind.ServerCertificateUntrusted
            : errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch) ? CredentialFailureKind.ServerCertificateWrongHost
            : now < outOfDate.NotBefore ? CredentialFailureKind.ServerCertificateNotYetValid
            : CredentialFailureKind.ServerCertificateExpired;
        return new()
        {
            Kind = kind,
            Detail = string.Join(", ", others.Select(s => s.Status)),
            Subject = certificate.Subject,
            Issuer = certificate.Issuer,
            Names = AlternativeNames(certificate),
            NotBefore = outOfDate.NotBefore,
            NotAfter = outOfDate.NotAfter,
        };
    }

    public CredentialFailure ToFailure(FailureContext context) => Kind switch
    {
        CredentialFailureKind.ServerCertificateWrongHost => TlsFailures.WrongHost(context, this),
        CredentialFailureKind.ServerCertificateNotYetValid => TlsFailures.NotYetValid(context, this),
        CredentialFailureKind.ServerCertificateExpired => TlsFailures.Expired(context, this),
        _ => TlsFailures.Untrusted(context, this),
    };

    private static string AlternativeNames(X509Certificate2 certificate)
    {
        var names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>()
            .SelectMany(e => e.EnumerateDnsNames().Concat(e.EnumerateIPAddresses().Select(a => a.ToString()))).ToArray();
        return names.Length > 0 ? string.Join(", ", names) : certificate.Subject;
    }
}
