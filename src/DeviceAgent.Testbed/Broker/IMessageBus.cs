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
