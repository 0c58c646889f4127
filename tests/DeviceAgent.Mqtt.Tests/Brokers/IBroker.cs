namespace DeviceAgent.Mqtt.Tests.Brokers;

/// <summary>A broker on loopback; topics that start with <c>forbidden/</c> cannot be subscribed to.</summary>
public interface IBroker
{
    string Host => "127.0.0.1";

    int Port { get; }

    /// <summary>Null for a plain listener.</summary>
    MqttTlsOptions? Tls => null;
}
