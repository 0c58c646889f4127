namespace DeviceAgent.Testbed.Broker;

/// <summary>How the services of the cloud reach devices: the broker, as far as shadow, jobs and provisioning need it.</summary>
internal interface IMessageBus
{
    /// <summary>To every subscriber of the topic whose policies let it receive it, with the QoS of its subscription up to 1. Never blocks.</summary>
    /// <remarks>
    /// Called by services under their own locks, so that messages come in the order of the changes. The locks are taken in this order, and
    /// nothing further to the left is ever asked for under one of them: {broker, job ledger, shadows, provisioning; never two of these},
    /// registry, {one session, retained messages, connect pace}, state store. A request from a device reaches its service under none of them.
    /// </remarks>
    void Publish(string topic, ReadOnlyMemory<byte> payload);
}

/// <summary>A service of the cloud that devices talk to by publishing on reserved topics (<c>$aws/...</c>).</summary>
internal interface ITopicService
{
    /// <summary>
    /// Takes a request whose sender the policies allow to publish it. False when the topic is not one of this service's; a
    /// reserved topic that no service takes is the broker's to refuse. Never blocks; called by many connections at once.
    /// </summary>
    bool TryHandle(TopicRequest request);
}

/// <summary>A message that a device published on a reserved topic.</summary>
/// <param name="Topic">Where to, whole.</param>
/// <param name="Payload">The content.</param>
/// <param name="ClientId">The MQTT client id of the sender.</param>
/// <param name="CertificateId">The certificate of the sender's connection.</param>
/// <param name="Reply">Sends a topic and a payload to this connection only, whether or not it subscribed to the topic.</param>
internal sealed record TopicRequest(
    string Topic, ReadOnlyMemory<byte> Payload, string ClientId, string CertificateId, Action<string, ReadOnlyMemory<byte>> Reply);
