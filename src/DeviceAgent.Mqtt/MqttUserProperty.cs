namespace DeviceAgent.Mqtt;

/// <summary>A name and value that travel with a packet (MQTT 5). Names may repeat.</summary>
public readonly record struct MqttUserProperty(string Name, string Value);
