using System.Net.Security;
using System.Security.Authentication;
using DeviceAgent.Credentials.Transport;

namespace DeviceAgent.Mqtt.Transport;

/// <summary>What is offered and asked for in the TLS handshake.</summary>
internal static class TlsHandshake
{
    private const int HttpsPort = 443;

    public static SslClientAuthenticationOptions OptionsFor(MqttClientOptions options, MqttTlsOptions tls, TimeProvider timeProvider)
    {
        var protocol = tls.ApplicationProtocol ?? (options.Port == HttpsPort ? MqttTlsOptions.AwsApplicationProtocol : "");
        return new SslClientAuthenticationOptions
        {
            TargetHost = tls.ServerName ?? options.Host,
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            ApplicationProtocols = protocol.Length == 0 ? null : [new SslApplicationProtocol(protocol)],
            // Offline: nothing is fetched to complete the chain, what was given is what is sent.
            ClientCertificateContext = tls.Certificate is null ? null : SslStreamCertificateContext.Create(tls.Certificate, tls.Chain, offline: true),
            CertificateChainPolicy = CertificateTrust.PolicyFor(tls.Roots, timeProvider),
        };
    }
}
