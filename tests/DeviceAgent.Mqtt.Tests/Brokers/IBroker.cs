namespace DeviceAgent.Mqtt.Tests.Brokers;

/// <summary>A broker that we did not write, listening on loopback without TLS; topics that start with <c>forbidden/</c> cannot be subscribed to.</summary>
public interface IBroker
{
    int Port { get; }
}
