using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using DeviceAgent.Testbed.Certificates;
using DeviceAgent.Testbed.Faults;
using DeviceAgent.Testbed.Registry;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Testbed.Hosting;

/// <summary>Mutual TLS as AWS IoT does it: TLS 1.2 or 1.3, the endpoint's own name as SNI, a certificate that the account knows.</summary>
/// <param name="protocols">What the endpoint speaks (ALPN); a client that names none may speak any of it.</param>
internal sealed class DeviceTls(
    CertificateAuthority authority, RegistryService registry, FaultSwitches faults, IReadOnlyList<SslApplicationProtocol> protocols, TimeProvider time, ILogger logger)
{
    /// <summary>The endpoint's host name: what a client must send as SNI. The server certificate is made for it.</summary>
    private const string HostName = "localhost";

    private static readonly TimeSpan HandshakeTimeout = TimeSpan.FromSeconds(10);

    private readonly BrokenNetwork _network = new(registry, faults);

    public void Configure(ListenOptions listen)
    {
        listen.Protocols = HttpProtocols.Http1;
        listen.UseHttps(new TlsHandshakeCallbackOptions
        {
            HandshakeTimeout = HandshakeTimeout,
            OnConnection = context => ValueTask.FromResult(OptionsFor(context.ClientHelloInfo.ServerName)),
        });
        listen.Use(next => connection => _network.ServeAsync(connection, next));
    }

    /// <summary>Whether the certificate may pass the handshake; what it may do then is another question.</summary>
    public bool Accepts(X509Certificate2 certificate, X509Certificate2Collection intermediates)
    {
        if (!CertificateChecks.IsValidAt(certificate, time.GetUtcNow())) return false;
        var record = registry.FindCertificate(CertificateIds.Of(certificate));
        if (faults.Current.UnregisteredCertificate == UnregisteredCertificate.Tls) return record is { Status: CertificateStatus.Active };
        return record is not null
            || CertificateChecks.LeadsTo(certificate, intermediates, authority.Certificate)
            || registry.CaCertificates.All.Any(known => LeadsTo(certificate, intermediates, known));
    }

    private SslServerAuthenticationOptions OptionsFor(string serverName)
    {
        if (!string.Equals(serverName, HostName, StringComparison.OrdinalIgnoreCase))
        {
            Log.WrongServerName(logger, serverName, HostName);
            throw new AuthenticationException($"The client must send '{HostName}' as server name (SNI); it sent '{serverName}'.");
        }

        return new SslServerAuthenticationOptions
        {
            ServerCertificate = authority.ServerCertificate,
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            ApplicationProtocols = [.. protocols],
            AllowTlsResume = false,
            ClientCertificateRequired = true,
            // The callback decides alone; this policy only keeps the platform from looking for issuers on the network.
            CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
                DisableCertificateDownloads = true,
            },
            RemoteCertificateValidationCallback = (_, certificate, chain, _) => Validate(certificate, chain),
        };
    }

    private bool Validate(X509Certificate? certificate, X509Chain? chain)
    {
        if (certificate is not X509Certificate2 device)
        {
            Log.NoCertificate(logger);
            return false;
        }

        if (Accepts(device, chain?.ChainPolicy.ExtraStore ?? [])) return true;
        Log.ForeignCertificate(logger, CertificateIds.Of(device), device.Subject);
        return false;
    }

    private static bool LeadsTo(X509Certificate2 certificate, X509Certificate2Collection intermediates, CaCertificateRecord known)
    {
        using var registered = X509Certificate2.CreateFromPem(known.Pem);
        return CertificateChecks.LeadsTo(certificate, intermediates, registered);
    }
}
