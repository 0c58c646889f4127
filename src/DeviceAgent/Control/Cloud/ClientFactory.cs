using DeviceAgent.Mqtt;

namespace DeviceAgent.Control.Cloud;

/// <summary>Makes a client that keeps itself connected, with the certificate that is in force.</summary>
internal delegate IMqttClient ClientFactory();
