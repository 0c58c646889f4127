namespace DeviceAgent.Mqtt.Tests.Brokers;

/// <summary>The broker ended before it listened.</summary>
public sealed class BrokerEndedException(string message) : Exception(message);
