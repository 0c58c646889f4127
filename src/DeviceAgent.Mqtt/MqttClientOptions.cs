using System.Net;

namespace DeviceAgent.Mqtt;

/// <summary>How to connect. The defaults are for AWS IoT Core.</summary>
public sealed class MqttClientOptions
{
    /// <summary>The server, for example <c>PREFIX-ats.iot.REGION.amazonaws.com</c>.</summary>
    public required string Host { get; init; }

    /// <summary>8883, or 443 with ALPN.</summary>
    public int Port { get; init; } = 8883;

    /// <summary>TLS; null is plain TCP, for tests.</summary>
    public MqttTlsOptions? Tls { get; init; } = new();

    /// <summary>The way out; null is the direct one.</summary>
    public MqttProxyOptions? Proxy { get; init; }

    /// <summary>Opens the TCP connection, to the server or the proxy; null takes the host's addresses one after the other.</summary>
    public Func<DnsEndPoint, CancellationToken, Task<Stream>>? ConnectCallback { get; init; }

    /// <summary>Who this is; a second connection with the same id ends the first. Empty: the server makes one up.</summary>
    public required string ClientId { get; init; }

    /// <summary>The version; 5, for its reason codes.</summary>
    public MqttProtocolVersion ProtocolVersion { get; init; } = MqttProtocolVersion.V5;

    /// <summary>The user name; null for none.</summary>
    public string? UserName { get; init; }

    /// <summary>The password; null for none.</summary>
    public ReadOnlyMemory<byte>? Password { get; init; }

    /// <summary>Whether every connection starts without what the server kept. False is a persistent session.</summary>
    public bool CleanStart { get; init; }

    /// <summary>How long the server keeps the session after a loss (MQTT 5; 3.1.1 leaves it to the server). Zero ends it with the connection.</summary>
    public TimeSpan SessionExpiry { get; init; } = TimeSpan.FromHours(1);

    /// <summary>The longest silence, in whole seconds: 30 s to 20 min on AWS IoT. Zero for none.</summary>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>For name, TCP, proxy and TLS together.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>For the CONNACK.</summary>
    public TimeSpan ConnAckTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>For the acknowledgement of a PUBLISH, SUBSCRIBE or UNSUBSCRIBE.</summary>
    public TimeSpan AckTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How many QoS 1 messages are out unacknowledged at a time; the server may want fewer. 1 to 65535.</summary>
    public int MaximumInFlight { get; init; } = 100;

    /// <summary>How many QoS 1 messages may come in before the first is handled, and how many of QoS 0 wait. In 3.1.1, which cannot tell
    /// the server, ten times as many of QoS 1. More end the connection. 1 to 65535.</summary>
    public int ReceiveMaximum { get; init; } = 100;

    /// <summary>The largest packet that is read, in bytes. The default is AWS IoT's largest.</summary>
    public int MaximumPacketSize { get; init; } = 149_504;

    /// <summary>What the server publishes when this client vanishes.</summary>
    public MqttWill? Will { get; init; }

    /// <summary>The limits of the service.</summary>
    public MqttLimits Limits { get; init; } = MqttLimits.AwsIotCore;
}

/// <summary>The MQTT version; the value is the protocol level in CONNECT.</summary>
public enum MqttProtocolVersion
{
    /// <summary>MQTT 3.1.1: a refusal is a closed connection, mostly without a reason.</summary>
    V311 = 4,

    /// <summary>MQTT 5: every refusal has a reason code.</summary>
    V5 = 5,
}

/// <summary>An HTTP proxy that tunnels with CONNECT.</summary>
public sealed class MqttProxyOptions
{
    /// <summary>The proxy's host name or address.</summary>
    public required string Host { get; init; }

    /// <summary>The proxy's port.</summary>
    public required int Port { get; init; }

    /// <summary>For basic authentication; null for none.</summary>
    public string? UserName { get; init; }

    /// <summary>For basic authentication.</summary>
    public string? Password { get; init; }
}

/// <summary>The message that the server publishes when this client vanishes.</summary>
/// <param name="Message">The message.</param>
public sealed record MqttWill(MqttMessage Message)
{
    /// <summary>How long after the loss (MQTT 5): a quick reconnect then sends none. Whole seconds.</summary>
    public TimeSpan Delay { get; init; }
}
