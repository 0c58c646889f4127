using System.Security.Cryptography.X509Certificates;

namespace DeviceAgent.Mqtt;

/// <summary>TLS 1.2 or 1.3 with the device's certificate. The certificates stay the caller's to dispose.</summary>
public sealed class MqttTlsOptions
{
    /// <summary>The protocol name that AWS IoT wants on port 443 for MQTT with a client certificate.</summary>
    public const string AwsApplicationProtocol = "x-amzn-mqtt-ca";

    /// <summary>The device's certificate, with its private key; null to present none.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>The certificates between the device's and its root, sent along.</summary>
    public X509Certificate2Collection Chain { get; init; } = [];

    /// <summary>The roots that the server's certificate must end in; null for the system's.</summary>
    public X509Certificate2Collection? Roots { get; init; }

    /// <summary>The name that is sent as SNI and checked in the server's certificate; null for the host of the connection.</summary>
    public string? ServerName { get; init; }

    /// <summary>The ALPN protocol; null for <see cref="AwsApplicationProtocol"/> on port 443 and none elsewhere, empty for none at all.</summary>
    public string? ApplicationProtocol { get; init; }
}
