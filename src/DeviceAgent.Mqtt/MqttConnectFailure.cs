namespace DeviceAgent.Mqtt;

/// <summary>Why no connection came about.</summary>
public enum MqttConnectFailure
{
    /// <summary>The host, or the proxy, cannot be reached.</summary>
    Network,

    /// <summary>The proxy does not open the tunnel.</summary>
    Proxy,

    /// <summary>The TLS handshake failed, on either side.</summary>
    Tls,

    /// <summary>It took too long.</summary>
    Timeout,

    /// <summary>The server closed the connection without CONNACK. On AWS IoT: an unknown or inactive certificate.</summary>
    ClosedBeforeConnAck,

    /// <summary>The server refused; see the reason code.</summary>
    Refused,

    /// <summary>The server does not speak MQTT as it should.</summary>
    Protocol,
}
