using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using DeviceAgent.Credentials.Text;
using static DeviceAgent.Credentials.CredentialFailureKind;

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
            Subject = PrintableText.Of(certificate.Subject),
            Issuer = PrintableText.Of(certificate.Issuer),
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
        return PrintableText.Of(names.Length > 0 ? string.Join(", ", names) : certificate.Subject);
    }
}

/// <summary>The environment variables by which OpenSSL finds the system's root certificates.</summary>
internal static class RootVariables
{
    private static readonly string[] Names = ["SSL_CERT_FILE", "SSL_CERT_DIR"];

    /// <summary>Says which of them lead nowhere, with a space before; empty when none does.</summary>
    /// <param name="variable">Looks one up.</param>
    /// <param name="exists">Whether there is such a file or folder.</param>
    public static string Missing(Func<string, string?> variable, Func<string, bool> exists)
    {
        var missing = Names.Select(n => (Name: n, Value: variable(n))).Where(v => !string.IsNullOrEmpty(v.Value) && !v.Value.Split(':').Any(exists))
            .Select(v => $"{v.Name} leads to {PrintableText.Of(v.Value!)}, which is not there").ToList();
        return missing.Count == 0 ? "" : $". {string.Join("; ", missing)}: unset it, or correct it";
    }
}

/// <summary>No trust between the two ends of the TLS connection.</summary>
internal static class TlsFailures
{
    public static CredentialFailure ClientRefused(FailureContext c, string detail) => new(
        ClientCertificateRefused,
        $"{c.Endpoint} refused the device's certificate {c.CertificateId} in TLS{c.Way} ({detail}).",
        "certificate: not registered in this account and region, INACTIVE, REVOKED, expired, or of another account",
        $"See its status: aws iot describe-certificate --certificate-id {c.CertificateId}; activate it: "
        + $"aws iot update-certificate --certificate-id {c.CertificateId} --new-status ACTIVE. The endpoint must belong to the same account: "
        + $"aws iot describe-endpoint --endpoint-type iot:CredentialProvider.{c.CertificateDates}");

    public static CredentialFailure Handshake(FailureContext c, string detail) => new(
        TlsHandshakeFailed,
        $"The TLS handshake with {c.Endpoint}{c.Way} failed ({detail}).",
        "configuration: not a TLS 1.2 or 1.3 port, a host name that the endpoint does not serve, or a device certificate that it refuses without a word",
        "Compare the endpoint with: aws iot describe-endpoint --endpoint-type iot:CredentialProvider. See who answers: "
        + $"openssl s_client -connect {c.Endpoint}. See the certificate's status: aws iot describe-certificate --certificate-id {c.CertificateId}");

    public static CredentialFailure Untrusted(FailureContext c, ServerCertificateFault fault) => new(
        ServerCertificateUntrusted,
        $"The certificate of {c.Endpoint}{c.Way} is not trusted: {fault.Detail} (subject {fault.Subject}, issuer {fault.Issuer}).",
        "certificate of the endpoint: another authority than the ones trusted here, or somebody in the middle",
        $"Look at it: openssl s_client -connect {c.Endpoint} -showcerts. For AWS install the Amazon root CAs; for a private authority set {c.Names.CaPath}"
        + RootVariables.Missing(Environment.GetEnvironmentVariable, Path.Exists));

    public static CredentialFailure WrongHost(FailureContext c, ServerCertificateFault fault) => new(
        ServerCertificateWrongHost,
        $"The certificate of {c.Endpoint} was issued for another name ({fault.Names}).",
        "configuration: the endpoint is misspelt, or something else answers under its address",
        "Take the endpoint from: aws iot describe-endpoint --endpoint-type iot:CredentialProvider");

    public static CredentialFailure NotYetValid(FailureContext c, ServerCertificateFault fault) => new(
        ServerCertificateNotYetValid,
        $"A certificate of {c.Endpoint} is not valid before {fault.NotBefore.UtcDateTime:u}; the local clock says {c.LocalTime}.",
        c.ClockIsWrong ? "clock: the local time is certainly wrong" : "clock: the local time is most likely behind",
        $"Set the clock: timedatectl set-ntp true, or sudo date -u -s '{fault.NotBefore.UtcDateTime:yyyy-MM-dd HH:mm:ss}' to start with")
    {
        ServerCertificateNotBefore = fault.NotBefore,
    };

    public static CredentialFailure Expired(FailureContext c, ServerCertificateFault fault)
    {
        var clock = c.ClockIsWrong || c.Identity.ValidityAt(c.Now) == CertificateValidity.Expired;
        return new(
            ServerCertificateExpired,
            $"A certificate of {c.Endpoint} expired at {fault.NotAfter.UtcDateTime:u}; the local clock says {c.LocalTime}.",
            clock ? "clock: the local time is most likely wrong, the device's own certificate is outside its dates too"
                : "certificate of the endpoint, or a local clock that runs ahead",
            clock ? "Set the clock: timedatectl set-ntp true"
                : $"Check the clock first (timedatectl). If it is right, the endpoint {c.Endpoint} must renew its certificate");
    }
}
