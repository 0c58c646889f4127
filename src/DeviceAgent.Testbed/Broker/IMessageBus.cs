namespace DeviceAgent.Testbed.Broker;

/// <summary>How the services of the cloud reach devices: the broker, as far as shadow, jobs and provisioning need it.</summary>
internal interface IMessageBus
{
    /// <summary>To every subscriber of the topic whose policies let it receive it, with the QoS of its subscription up to 1. Never blocks.</summary>
    void Publish(string topic, ReadOnlyMemory<byte> payload);
}
