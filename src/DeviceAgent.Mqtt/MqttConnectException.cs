namespace DeviceAgent.Mqtt;

/// <summary>No connection came about.</summary>
public sealed class MqttConnectException : MqttException
{
    internal MqttConnectException(MqttConnectFailure failure, string message, string remedy, Exception? innerException = null)
        : base($"{message} {remedy}", innerException)
    {
        Failure = failure;
        Remedy = remedy;
    }

    /// <summary>What kind of failure.</summary>
    public MqttConnectFailure Failure { get; }

    /// <summary>The CONNACK's verdict, if that far; the return codes of 3.1.1 in the words of 5.</summary>
    public MqttReasonCode? ReasonCode { get; internal init; }

    /// <summary>The CONNACK return code of 3.1.1 as sent.</summary>
    public byte? ReturnCode { get; internal init; }

    /// <summary>What to do about it.</summary>
    public string Remedy { get; }
}

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
