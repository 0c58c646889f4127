namespace DeviceAgent.Testbed.Broker;

/// <summary>A message that a device published on a reserved topic.</summary>
/// <param name="Topic">Where to, whole.</param>
/// <param name="Payload">The content.</param>
/// <param name="ClientId">The MQTT client id of the sender.</param>
/// <param name="CertificateId">The certificate of the sender's connection.</param>
/// <param name="Reply">Sends a topic and a payload to this connection only, whether or not it subscribed to the topic.</param>
internal sealed record TopicRequest(
    string Topic, ReadOnlyMemory<byte> Payload, string ClientId, string CertificateId, Action<string, ReadOnlyMemory<byte>> Reply);
